FROM alpine:3.23.1
LABEL org.opencontainers.image.title=app "com.example.a-b"="c" x1=1
