FROM --platform="linux/arm64/v8" alpine:3.23.1 AS build
