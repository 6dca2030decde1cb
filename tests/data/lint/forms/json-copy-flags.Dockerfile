FROM alpine
COPY --from=x --chown=a ["a b", "/c d"]
