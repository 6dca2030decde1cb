FROM node:22.21.1-alpine AS build
FROM nginx:1.29.4-alpine
COPY --from=biuld /srv /srv
COPY --from=later /a /b
COPY --from=3 /a /b
FROM scratch AS later
