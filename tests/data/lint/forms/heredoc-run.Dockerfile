# syntax=docker/dockerfile:1
FROM alpine
RUN <<EOF
apk add curl
apk add git
EOF
