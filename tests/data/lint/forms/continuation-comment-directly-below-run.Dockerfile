FROM alpine
RUN \
  # first update
  apk update
