FROM alpine
apk add curl
rm -rf /x && true
