FROM alpine:3.22 AS base
RUN apk add --no-cache build-base
FROM base
RUN true
