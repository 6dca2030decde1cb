FROM nginx:1.29.4-alpine
HEALTHCHECK CMD curl -f http://127.0.0.1/
