# VERSION of Alpine we test with
ARG VERSION=3.23.1
# build makes the site
FROM alpine:${VERSION} AS build

# Not a description: there is a blank line.

FROM build AS test
# hadolint ignore=DL3006
FROM alpine:3.23.1
# of a stage without a name
FROM alpine:3.23.1
