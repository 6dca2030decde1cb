FROM golang:1.22 AS build
RUN mkdir -p /go/pkg && chmod 0777 /go/pkg
COPY --chmod=777 . .
FROM debian:12
COPY --from=build /app /app
