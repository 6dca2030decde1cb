FROM haproxy:3.3.1-alpine
USER root
RUN sh -c 'addgroup -g99 -S app'
USER haproxy
