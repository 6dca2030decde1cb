FROM alpine
ENV --x A=1
