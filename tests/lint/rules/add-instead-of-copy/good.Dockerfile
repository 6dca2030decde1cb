FROM alpine:3.23.1
ADD rootfs.tar.xz /
ADD app.tgz "/srv"
ADD https://example.com/tool /usr/local/bin/tool
ADD git@github.com:example/repo.git#v1.2.3 /src
ADD $ARCHIVE /srv/
ADD --unpack=true bundle /srv/
COPY a /a
