FROM alpine:3.20
RUN apk add --no-cache curl && apk --no-cache add git && apk add vim --no-cache
RUN --mount=type=cache,target=/var/cache/apk apk add curl
RUN --mount=type=cache,target=/etc/apk/cache apk add curl
RUN apk del curl && apk info
RUN echo "apk add curl"
RUN scanelf /usr/local | xargs -rt apk add --no-network --virtual .rundeps
