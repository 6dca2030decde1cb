FROM alpine:3.23.1
CMD
