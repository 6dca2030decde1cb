FROM alpine
RUN --device=a,b=c,d=e true
