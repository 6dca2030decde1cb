FROM alpine:3.23.1
VOLUME /data
RUN mkdir /data/db && chown 1000 /data/db
