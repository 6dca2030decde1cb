FROM haproxy:3.3.1-alpine
HEALTHCHECK CMD curl -f http://127.0.0.1:8404/health || exit 1
