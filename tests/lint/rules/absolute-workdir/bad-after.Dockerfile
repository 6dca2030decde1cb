FROM node:22.21.1-alpine
WORKDIR /srv
WORKDIR app
