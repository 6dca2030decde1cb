FROM node:18-alpine AS builder
FROM haproxy:3.3.1-alpine
