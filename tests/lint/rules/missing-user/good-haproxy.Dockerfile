# Runs as haproxy by itself.
FROM haproxy:3.3.1-alpine
COPY haproxy.cfg /usr/local/etc/haproxy/
