FROM node:22.21.1-alpine
COPY app.js /srv/
CMD ["node", "/srv/app.js"]
