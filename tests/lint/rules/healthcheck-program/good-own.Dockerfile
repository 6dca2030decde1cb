# Not the official image.
FROM registry.example.com/base/alpine-tools:1.2.3
HEALTHCHECK CMD curl -f http://127.0.0.1/
