FROM alpine:3.20
RUN apk add --no-cache curl
RUN apk add --no-cache --virtual .build-deps gcc=13.2.1_git20240309-r0 make \
 && apk del .build-deps
RUN apk --no-cache --repository https://example.com/edge add jq
