# the context may have it; a script may make it; other images may bring it
FROM node:22-alpine AS context
COPY . .
RUN npm ci
FROM node:22-alpine AS script
COPY package.json build.sh ./
RUN npm ci && ./build.sh
FROM node:22-alpine AS shell
COPY package.json ./
RUN npm ci
RUN ["/bin/make-it"]
FROM example.com/with-dist:1 AS image
FROM node:22-alpine AS modules
COPY package.json package-lock.json ./
RUN npm ci
FROM nginx:1.30.4-alpine
COPY --from=context /app/dist /a
COPY --from=script /app/dist /b
COPY --from=shell /app/dist /c
COPY --from=image /app/dist /d
COPY --from=modules /node_modules /e
COPY --from=example.com/other:1 /app/dist /f
