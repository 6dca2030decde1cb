ARG TAG=latest
FROM alpine:${TAG}
FROM alpine:${OTHER:-3.20} AS b
