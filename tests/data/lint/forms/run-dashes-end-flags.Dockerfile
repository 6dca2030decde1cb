FROM alpine
RUN --network=none -- --help
