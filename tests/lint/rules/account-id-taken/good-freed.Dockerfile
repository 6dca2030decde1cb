FROM node:22-alpine
RUN deluser --remove-home node && adduser -D -u 1000 app
