FROM alpine:3.23.1
MAINTAINER "Jane Doe, jane@example.com"
