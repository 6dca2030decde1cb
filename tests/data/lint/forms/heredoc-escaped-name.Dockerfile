FROM alpine
RUN cat <<\EOT > /x
a $b
EOT
