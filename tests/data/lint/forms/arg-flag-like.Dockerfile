FROM alpine
ARG --x=y A=1
