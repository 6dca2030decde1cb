FROM scratch AS assets
FROM alpine:3.23.1 AS contexts
