FROM alpine:3.23.1
RUN apk add --no-cache curl=8.17.0-r1
HEALTHCHECK CMD curl -f http://127.0.0.1/
