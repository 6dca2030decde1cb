FROM alpine
ENTRYPOINT ["$HOME/bin/app", "${ARGS}"]
