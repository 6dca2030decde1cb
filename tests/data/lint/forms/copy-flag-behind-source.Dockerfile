FROM alpine
COPY a --chown=x /b
