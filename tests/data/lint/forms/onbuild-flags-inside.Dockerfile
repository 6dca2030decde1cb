FROM alpine
ONBUILD COPY --chown=a:b . /x
ONBUILD RUN --mount=type=cache,target=/c make
