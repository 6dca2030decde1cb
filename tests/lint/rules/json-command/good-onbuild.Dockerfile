FROM alpine:3.23.1
ONBUILD CMD ["a"]
HEALTHCHECK CMD wget -q --spider http://127.0.0.1/
