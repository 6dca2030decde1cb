FROM nginx:1.29.4-alpine
COPY site /usr/share/nginx/html
CMD ["nginx", "-g", "daemon off;"]
