FROM --platform=$BULIDPLATFORM alpine:3.23.1
