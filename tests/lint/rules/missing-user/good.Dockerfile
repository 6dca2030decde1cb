FROM alpine:3.23.1 AS base
USER 1000:1000
FROM base
COPY app /app
