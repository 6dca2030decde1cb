# The guide's own snippet.
FROM node:22-alpine AS builder
WORKDIR /app
COPY package.json .
RUN npm ci
