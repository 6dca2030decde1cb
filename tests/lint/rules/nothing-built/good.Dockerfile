FROM node:22-alpine AS builder
WORKDIR /app
COPY package*.json ./
RUN npm ci
COPY . .
RUN npm run build
FROM nginx:1.30.4-alpine
COPY --from=builder /app/dist /usr/share/nginx/html
