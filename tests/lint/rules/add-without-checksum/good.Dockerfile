FROM alpine:3.23.1
ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://example.com/tool /usr/local/bin/tool
ADD https://github.com/example/repo.git#1fe0725 /src
ADD app.tar.gz /srv
