FROM alpine:3.22
COPY id_rsa /root/.ssh/
COPY app.tar.gz /tmp/app.tar.gz
RUN tar -xzf /tmp/app.tar.gz -C / \
 && rm -f /tmp/app.tar.gz
RUN rm /root/.ssh/id_rsa
