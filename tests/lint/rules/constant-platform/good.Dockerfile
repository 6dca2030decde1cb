FROM --platform=$BUILDPLATFORM golang:1.25.4-alpine AS build
FROM alpine:3.23.1
