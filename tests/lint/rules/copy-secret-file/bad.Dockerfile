FROM node:22.21.1-alpine
COPY .env /srv/.env
COPY config/id_rsa /root/.ssh/
COPY certs/server.key /etc/ssl/
ADD .npmrc /root/
