FROM node:22.21.1-alpine AS Build
FROM nginx:1.29.4-alpine
COPY --from=build /srv /srv
COPY --from=0 /srv /srv
COPY --from=nginx:1.29.4-alpine /etc/nginx /etc/nginx
RUN --mount=type=bind,from=BUILD,target=/d cp /d/a /a
# A stage of whoever builds on this.
ONBUILD COPY --from=theirs /a /a
