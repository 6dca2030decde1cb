FROM alpine:3.20 AS a
RUN adduser -D app && adduser -S app && adduser -SDH -u 1000 app && adduser app group
FROM debian:12 AS b
RUN adduser --system app && adduser --disabled-password --gecos "" app && adduser --disabled-login app
RUN yes '' | adduser app
FROM fedora:40
RUN adduser app
