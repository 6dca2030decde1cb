FROM alpine:3.20
RUN apk add curl
RUN curl https://example.com/app
RUN apk del curl
