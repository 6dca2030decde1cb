FROM alpine
RUN cat << EOF
hi
EOF
