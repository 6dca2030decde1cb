FROM alpine:3.23.1
VOLUME /var/lib/app /srv/etc
