FROM alpine
RUN --mount=type=cache,path=/x true
