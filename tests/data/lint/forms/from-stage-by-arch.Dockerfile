ARG TARGETARCH
FROM alpine AS base-amd64
FROM alpine AS base-arm64
FROM base-${TARGETARCH}
RUN true
