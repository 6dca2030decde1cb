FROM alpine
\
RUN true
