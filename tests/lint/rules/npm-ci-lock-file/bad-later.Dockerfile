FROM node:22-alpine
WORKDIR /app
COPY package.json tsconfig.json ./
RUN apk add --no-cache tini && npm ci --omit=dev
COPY . .
