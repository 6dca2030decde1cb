FROM alpine:3.23.1 AS base
WORKDIR /srv
FROM base
COPY app app/
FROM alpine:3.23.1
ARG DIR=/opt
COPY app $DIR/
COPY app "/srv/x"
COPY app ${SOMEWHERE}/app
