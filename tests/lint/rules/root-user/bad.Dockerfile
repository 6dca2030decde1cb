FROM node:22.21.1-alpine
USER node
USER root
CMD ["node", "app.js"]
