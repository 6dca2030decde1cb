FROM alpine:3.23.1
RUN mkdir -p /data/db
VOLUME ["/data"]
RUN ls /data && touch /database
