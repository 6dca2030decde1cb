# Seen through: without --build-arg this is nginx:latest.
ARG TAG=latest
FROM nginx:${TAG}
