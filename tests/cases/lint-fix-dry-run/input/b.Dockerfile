FROM alpine:3.20
WORKDIR /srv
WORKDIR app
RUN apk add curl
