FROM alpine
COPY --link --chmod=u=rwX,go=rX --chown=app:app --parents --exclude=*.md --exclude=docs a b /c/
