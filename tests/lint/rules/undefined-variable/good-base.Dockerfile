# What the base image sets is not known without reading it.
FROM node:22.21.1-alpine
ENV NODE_HOME=/opt/node-$NODE_VERSION
