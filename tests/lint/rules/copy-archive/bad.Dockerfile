FROM alpine:3.23.1
COPY dist.tar.gz /tmp/
RUN mkdir /srv/app && tar -xzf /tmp/dist.tar.gz -C /srv/app && rm /tmp/dist.tar.gz
