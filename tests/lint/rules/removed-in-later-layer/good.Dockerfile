FROM alpine:3.22
RUN apk add --no-cache curl && \
    curl -fsSO https://example.com/app && \
    apk del curl
RUN apk del wget
RUN touch /tmp/x && rm /tmp/x
