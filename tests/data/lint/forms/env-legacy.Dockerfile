FROM alpine
ENV PATH /opt/bin:$PATH
ENV TEXT a   b  c
