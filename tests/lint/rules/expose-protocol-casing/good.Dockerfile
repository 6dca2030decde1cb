FROM alpine:3.23.1
EXPOSE 53/udp 80
