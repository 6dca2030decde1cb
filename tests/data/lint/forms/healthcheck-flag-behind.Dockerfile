FROM alpine
HEALTHCHECK CMD curl --interval=3
