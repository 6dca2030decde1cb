# Stages that do not ship need no USER.
FROM golang:1.25.4-alpine AS build
RUN go build -o /app
FROM alpine:3.23.1
COPY --from=build /app /app
USER 10001
