FROM alpine:3.20
RUN adduser app
RUN addgroup -g 1000 app && adduser -u 1000 -G app app
