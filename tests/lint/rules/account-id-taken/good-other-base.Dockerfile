# 101 is free on haproxy and on images that nobody knows
FROM haproxy:3.3.1-alpine
USER root
RUN addgroup -g 101 -S app
FROM example.com/nginx:1
RUN addgroup -g 101 -S app
