# The guide's own "Avoid".
FROM alpine:3.22
RUN apk add curl
RUN curl https://example.com/app
RUN apk del curl
