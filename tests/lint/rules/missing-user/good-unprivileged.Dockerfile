FROM nginxinc/nginx-unprivileged:1.29.4-alpine
