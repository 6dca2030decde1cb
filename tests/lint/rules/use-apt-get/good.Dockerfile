FROM debian:12
RUN apt-get update && apt-cache policy curl
RUN echo apt install && ls /etc/apt && rm -rf /var/lib/apt/lists/*
COPY apt /usr/local/bin/apt-helper
