FROM alpine:3.23.1
WORKDIR /process
WORKDIR /srv/proc
WORKDIR /dev/shm
