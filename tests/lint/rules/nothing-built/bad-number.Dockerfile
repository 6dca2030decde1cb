FROM node:22-alpine
WORKDIR /app
RUN apk add --no-cache git && corepack enable
COPY package.json yarn.lock ./
RUN yarn install
FROM nginx:1.30.4-alpine
COPY --from=0 /app/build/ /usr/share/nginx/html/
