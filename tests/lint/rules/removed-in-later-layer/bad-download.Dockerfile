FROM alpine:3.22
RUN wget -q -O /tmp/app.tgz https://example.com/app.tgz
ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://example.com/b.tgz /tmp/b.tgz
RUN tar -xzf /tmp/app.tgz && rm /tmp/app.tgz
RUN rm -rf /tmp/b.tgz
