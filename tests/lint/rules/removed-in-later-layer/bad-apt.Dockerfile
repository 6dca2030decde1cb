FROM debian:13.2-slim
RUN apt-get update && apt-get install -y --no-install-recommends curl=8.* gcc && rm -rf /var/lib/apt/lists/*
RUN apt-get purge -y --auto-remove gcc
