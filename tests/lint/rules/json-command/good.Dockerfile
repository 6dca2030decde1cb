FROM alpine:3.23.1
ENTRYPOINT ["tini", "--"]
CMD []
