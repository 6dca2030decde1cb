# The ARG in front of FROM does not hold in the stage.
ARG VERSION=1.2.3
FROM node:22.21.1-alpine
LABEL org.opencontainers.image.version=$VERSION
