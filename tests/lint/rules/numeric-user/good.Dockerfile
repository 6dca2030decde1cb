FROM alpine:3.23.1 AS build
USER builder
FROM alpine:3.23.1
ARG WHO=1000
USER ${WHO}:app
