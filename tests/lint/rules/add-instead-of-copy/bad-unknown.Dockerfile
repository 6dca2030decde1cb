FROM alpine:3.23.1
ADD rootfs-of-something /
