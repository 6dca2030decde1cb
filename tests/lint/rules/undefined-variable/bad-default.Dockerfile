# Never anything but amd64: TARGETARCH is not declared here.
FROM alpine:3.23.1
COPY dist/${TARGETARCH:-amd64}/app /app
