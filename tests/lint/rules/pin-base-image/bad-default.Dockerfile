ARG TAG
FROM nginx:${TAG:-latest}
