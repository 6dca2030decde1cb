FROM alpine:3.23.1 AS Build
FROM alpine:3.23.1 AS build
