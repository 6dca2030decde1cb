FROM alpine:3.23.1
RUN apk add --no-cache \
    # why
    tini

RUN <<EOF
touch /a

touch /b
EOF
