FROM alpine:3.23.1
LABEL maintainer="Jane Doe <jane@example.com>"
