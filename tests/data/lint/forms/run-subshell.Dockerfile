FROM alpine
RUN (cd /tmp && make) && { echo ok; }
