FROM alpine
RUN read x 3<<EOF 0<&3
hello
EOF
