FROM debian:12
RUN echo chpasswd && passwd -l root
