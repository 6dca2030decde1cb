FROM alpine:3.23.1 AS base
ENV PREFIX=/opt
ARG KIND=web
FROM base
COPY app $PREFIX/$KIND
