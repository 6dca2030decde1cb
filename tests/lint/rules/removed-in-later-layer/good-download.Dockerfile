FROM alpine:3.22
RUN wget -q -O /tmp/app.tgz https://example.com/app.tgz \
 && tar -xzf /tmp/app.tgz \
 && rm /tmp/app.tgz
RUN rm -f /etc/motd
COPY motd /etc/motd
