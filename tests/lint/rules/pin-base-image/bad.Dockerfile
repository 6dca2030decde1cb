FROM haproxy:latest
