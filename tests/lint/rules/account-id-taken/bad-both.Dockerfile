ARG TAG=22-bookworm-slim
FROM node:${TAG} AS base
FROM base
RUN groupadd --gid=1000 app \
 && useradd --uid 1000 --gid app app
