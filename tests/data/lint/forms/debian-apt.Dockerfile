FROM debian:12-slim
RUN set -eux; \
    apt-get update; \
    apt-get install -y --no-install-recommends \
        ca-certificates \
        curl \
        # needed to unpack what curl fetches
        xz-utils \
    ; \
    rm -rf /var/lib/apt/lists/*
