FROM debian:12
RUN wget https://example.com/app.tar.gz
RUN cd /tmp && wget -c -O x https://example.com/app.tar.gz
FROM alpine:3.22
RUN wget https://example.com/app.tar.gz
