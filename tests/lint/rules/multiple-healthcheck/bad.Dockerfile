FROM alpine:3.23.1
HEALTHCHECK CMD ["a"]
HEALTHCHECK --interval=5s \
  CMD ["b"]
