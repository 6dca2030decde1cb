FROM alpine:3.23.1
ENTRYPOINT a | b
CMD a && b
