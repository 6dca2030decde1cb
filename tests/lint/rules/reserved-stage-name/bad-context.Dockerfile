FROM alpine:3.23.1 AS Context
