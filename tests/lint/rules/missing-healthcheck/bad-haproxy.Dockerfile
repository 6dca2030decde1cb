FROM haproxy:3.3.1-alpine
