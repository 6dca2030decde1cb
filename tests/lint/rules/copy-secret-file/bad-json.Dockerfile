FROM node:22.21.1-alpine
COPY ["home/.aws/credentials", "/root/.aws/"]
