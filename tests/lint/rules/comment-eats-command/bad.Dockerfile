FROM alpine:3.23.1
RUN apk add --no-cache tini && \
    touch /a && # why \
    touch /b
