FROM debian:12
# fetch
RUN curl -fsSL https://example.com/app.tar.gz | tar xz
RUN dpkg -l | sort > /packages
FROM node:22-bookworm
RUN curl -fsSL https://example.com/app.tar.gz | tar xz
