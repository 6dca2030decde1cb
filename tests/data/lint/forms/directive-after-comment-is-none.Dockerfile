# built by hand
# escape=`
FROM alpine
RUN echo a `
RUN echo b
