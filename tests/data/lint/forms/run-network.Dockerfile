FROM alpine
RUN --network=none true
RUN --network=host --security=insecure true
