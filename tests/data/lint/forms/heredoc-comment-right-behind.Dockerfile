FROM alpine
RUN <<EOF
true
EOF
# comment
CMD sh
