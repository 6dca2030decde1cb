FROM alpine
RUN cat <<EOF; echo done
body
EOF;
