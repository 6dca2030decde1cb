FROM alpine:3.23.1
WORKDIR /proc/self
WORKDIR "/dev"
