FROM alpine:3.23.1
ONBUILD ADD app.json /srv/
