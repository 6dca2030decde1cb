# the version we test with
ARG VERSION=3.23.1
# builds the site
FROM alpine:${VERSION} AS build
