FROM golang:1.26.1 AS build
RUN apt-get update && apt-get install -y gcc
RUN go build -o /app .
FROM alpine:3.22
RUN apk add --no-cache --virtual .deps gcc && make-it && apk del .deps
RUN echo apt-get install gcc && apk add --no-cache make-not
COPY --from=build /app /app
