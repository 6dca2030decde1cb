FROM alpine
ENV OPTS -Dx=y -Dz=w
