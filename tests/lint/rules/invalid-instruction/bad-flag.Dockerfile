FROM alpine:3.23.1
COPY --chmodd=755 a /a
