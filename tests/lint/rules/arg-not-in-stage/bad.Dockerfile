ARG VERSION=1.2.3
FROM alpine:3.23.1
RUN wget https://example.com/tool-${VERSION}.tar.gz
