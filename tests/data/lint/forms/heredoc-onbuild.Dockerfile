FROM alpine
ONBUILD RUN <<EOF
echo hi
EOF
CMD sh
