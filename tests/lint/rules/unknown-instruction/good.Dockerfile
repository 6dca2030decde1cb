FROM alpine:3.23.1
run touch /a
