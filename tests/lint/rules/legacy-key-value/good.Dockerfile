FROM alpine:3.23.1
ENV MODE=production OTHER="a b"
LABEL a.b=c
