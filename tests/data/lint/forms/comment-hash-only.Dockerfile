#
FROM alpine
#
#
RUN true
