FROM alpine:3.23.1 AS build
COPY dist.tar.gz /srv/
RUN tar -czf /srv/other.tar.gz /etc && echo dist.tar.gz
COPY a.zip /srv/a.zip
FROM alpine:3.23.1
COPY --from=build /srv/other.tar.gz /tmp/
RUN tar -xzf /tmp/other.tar.gz
