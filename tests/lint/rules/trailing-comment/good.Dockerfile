# A comment of its own.
FROM haproxy:3.3.1-alpine
ENV COLOR="#fff" HASH='a # b' ANCHOR=http://example.com/#top
ENV SHADE #eee
ENV HASH # eee
LABEL org.opencontainers.image.description="number # one"
RUN touch /a # the shell's own comment
CMD haproxy -W # the shell's, too
COPY a#b /srv/
ADD https://github.com/example/repo.git#v1.2.3 /src
MAINTAINER Jane # 1
RUN apk add --no-cache \
    # inside
    tini
