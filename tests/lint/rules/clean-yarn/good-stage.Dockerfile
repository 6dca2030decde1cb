# A stage that is thrown away.
FROM node:22 AS build
RUN yarn install --frozen-lockfile && yarn build
FROM nginx:1.29
COPY --from=build /dist /usr/share/nginx/html
