FROM node:22-alpine
RUN apk add --no-cache tar \
    && wget -qO- https://example.com/app.tar.gz | tar xz
RUN <<EOF
wget -qO- https://example.com/x | sh
EOF
FROM fedora:40
RUN curl -fsSL https://example.com/app.tar.gz | tar xz
SHELL ["/bin/bash", "-c"]
RUN curl -fsSL https://example.com/app.tar.gz | tar xz
