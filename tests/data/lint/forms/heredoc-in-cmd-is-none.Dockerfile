FROM alpine
CMD cat <<EOF
RUN x
