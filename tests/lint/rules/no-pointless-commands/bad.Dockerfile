FROM debian:12
RUN service nginx start
RUN vim /etc/hosts
RUN ps aux && free -m
RUN ssh host.example.com uptime
RUN mount -t proc proc /proc
