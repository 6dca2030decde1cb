FROM alpine
ARG ID=x
RUN --mount=type=cache,id=${ID},target=$HOME/.cache true
