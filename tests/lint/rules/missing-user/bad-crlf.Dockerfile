FROM node:22.21.1-alpine
CMD ["node"]