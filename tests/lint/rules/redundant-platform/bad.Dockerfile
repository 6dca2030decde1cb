FROM --platform=$TARGETPLATFORM alpine:3.23.1
