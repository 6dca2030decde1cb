# Hadolint says DL3006 of the last one, though it names a stage.
ARG TARGETARCH
FROM alpine:3.23.1 AS base-amd64
RUN touch /amd64
FROM alpine:3.23.1 AS base-arm64
RUN touch /arm64
FROM base-${TARGETARCH}
RUN touch /all
FROM base-amd64 AS last
