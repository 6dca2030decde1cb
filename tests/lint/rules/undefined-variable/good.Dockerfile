ARG VERSION=1.2.3
FROM node:22.21.1-alpine
ARG VERSION
ARG EMPTY
ENV HOME_DIR=/srv
LABEL org.opencontainers.image.version=$VERSION
WORKDIR $HOME_DIR/$EMPTY
COPY app ${NOWHERE:-/srv}/
ENV PATH=/srv/bin:$PATH
