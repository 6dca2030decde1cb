 FROM alpine
RUN true
