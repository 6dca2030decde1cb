# comment
ARG A=1
WORKDIR /srv
FROM alpine:3.23.1
