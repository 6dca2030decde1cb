FROM alpine
RUN --mount="type=cache,target=/with blank" true
