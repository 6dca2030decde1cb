# platform=linux
# escape=`
FROM alpine
RUN a `
RUN b
