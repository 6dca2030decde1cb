FROM alpine:3.23.1
RUN apk add --no-cache tini && \
    # why
    touch /a && \
    echo '# x' "# y" a#b ${A#b} \# && \
    touch /b # at the end
RUN <<EOF
touch /a # why \
touch /b
EOF
