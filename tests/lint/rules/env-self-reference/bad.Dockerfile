FROM alpine:3.23.1
ENV HOME_DIR=/srv CONFIG=$HOME_DIR/etc
ENV A="${B}/x" \
    B=1
