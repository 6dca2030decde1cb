FROM haproxy:3.3.1
HEALTHCHECK CMD ["wget", "-q", "--spider", "http://127.0.0.1:8404/"]
