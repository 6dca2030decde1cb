FROM alpine
RUN [ -f /etc/passwd ] && echo yes
RUN [[ a == b ]] || true
