FROM alpine:3.23.1
COPY dist.tar /tmp/
RUN tar xf /tmp/dist.tar
