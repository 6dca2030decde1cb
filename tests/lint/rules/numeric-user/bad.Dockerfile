FROM alpine:3.23.1
USER app
