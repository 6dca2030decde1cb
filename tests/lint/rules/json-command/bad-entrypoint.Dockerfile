FROM alpine:3.23.1
ENTRYPOINT exec haproxy -W
