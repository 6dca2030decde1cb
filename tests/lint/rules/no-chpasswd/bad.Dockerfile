FROM debian:12
RUN echo 'root:secret' | chpasswd
RUN chpasswd < /tmp/passwords
