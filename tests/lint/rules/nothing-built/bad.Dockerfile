# The guide's own snippet.
FROM node:22-alpine AS builder
WORKDIR /app
COPY package.json .
RUN npm ci

FROM haproxy:3.3.1-alpine
# Copy only necessary artifacts from builder
COPY --from=builder /app/dist /usr/local/etc/haproxy
