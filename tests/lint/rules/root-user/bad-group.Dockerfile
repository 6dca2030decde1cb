FROM alpine:3.23.1 AS base
USER 0:0
FROM base
COPY a /a
