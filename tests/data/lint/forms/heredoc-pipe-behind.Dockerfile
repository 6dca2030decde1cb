FROM alpine
RUN cat <<EOF | tee /x \
  && echo
body
EOF
