FROM nginx:1.29.4-alpine
CMD ["nginx", "-g", "daemon off;"]
