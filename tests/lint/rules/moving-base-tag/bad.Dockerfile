FROM haproxy:alpine
