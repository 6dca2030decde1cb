FROM node:22.21.1-alpine
COPY dist/$TARGETARCH/app /usr/local/bin/app
