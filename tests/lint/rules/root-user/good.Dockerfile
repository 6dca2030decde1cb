FROM alpine:3.23.1 AS build
USER root
FROM alpine:3.23.1
USER root
RUN apk add --no-cache tini=0.19.0-r3
USER 10001
