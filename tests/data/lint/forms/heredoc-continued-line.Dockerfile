FROM alpine
RUN --mount=type=cache,target=/x \
    <<EOF
true
EOF
