FROM alpine
RUN true
\