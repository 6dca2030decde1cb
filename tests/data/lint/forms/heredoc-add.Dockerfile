FROM alpine
ADD <<EOF /x
y
EOF
