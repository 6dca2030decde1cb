FROM alpine
ENTRYPOINT [null]
