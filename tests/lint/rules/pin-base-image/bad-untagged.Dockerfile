FROM node AS build
RUN npm ci

FROM registry.example.com:5000/team/app
COPY --from=build /srv /srv
