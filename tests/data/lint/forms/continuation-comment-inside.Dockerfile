FROM alpine
RUN apk add \
# the compiler
    gcc \
    # and its headers
    musl-dev
