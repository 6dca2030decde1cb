FROM alpine:3.23.1 AS build
FROM build AS test
FROM build
