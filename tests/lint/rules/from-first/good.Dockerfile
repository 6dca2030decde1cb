# syntax=docker/dockerfile:1
# comment
ARG A=1

FROM alpine:3.23.1
WORKDIR /srv
