FROM alpine:3.23.1
VOLUME /etc/
VOLUME ["/srv", "/var"]
