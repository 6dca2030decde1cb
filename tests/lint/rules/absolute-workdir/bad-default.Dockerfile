FROM alpine:3.23.1
WORKDIR ${DIR:-app}
