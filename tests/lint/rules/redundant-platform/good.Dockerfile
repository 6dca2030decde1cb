FROM --platform=$BUILDPLATFORM alpine:3.23.1
FROM alpine:3.23.1
