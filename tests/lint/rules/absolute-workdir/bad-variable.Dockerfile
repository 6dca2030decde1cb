# Who builds may give another folder, so there is no edit.
FROM alpine:3.23.1
ARG DIR=/srv
WORKDIR $DIR
WORKDIR app
WORKDIR sub
