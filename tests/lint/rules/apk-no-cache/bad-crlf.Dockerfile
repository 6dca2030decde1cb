FROM alpine:3.20
RUN apk add curl
RUN apk update && apk add --virtual .deps gcc && apk del .deps && rm -rf /var/cache/apk/*
RUN apk add --update \
      git \
      make \
    && rm -rf /var/cache/apk/* \
    && git --version
RUN apk add jq && rm -rf /var/cache/apk/*
RUN apk add a && apk add b && rm -rf /tmp/x /var/cache/apk/*
RUN <<EOF
apk add vim
EOF
