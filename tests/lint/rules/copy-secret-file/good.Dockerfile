FROM node:22.21.1-alpine
COPY .env.example /srv/.env.example
COPY id_rsa.pub /root/.ssh/
COPY environment.ts keyboard.ts public.key /srv/
COPY fullchain.pem /etc/ssl/
COPY <<EOF /srv/.env.d
A=1
EOF
