FROM alpine:3.20
ARG CURL=8.9.0-r0
RUN apk add --no-cache curl=8.9.0-r0 git~2.45 "jq>1.6" make~=4.4
RUN apk add --no-cache curl=${CURL} ./local.apk /tmp/x.apk
RUN apk add --no-cache -t .build-deps -X https://example.com/edge gcc=13.2.1-r0
RUN apk del curl && apk update && apk info
RUN apk add --no-cache !openssl curl=1
