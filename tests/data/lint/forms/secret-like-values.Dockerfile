FROM alpine
ARG NPM_TOKEN
ENV DB_USERNAME=app DB_PASSWORD=changeme
RUN echo //registry.npmjs.org/:_authToken=$NPM_TOKEN > .npmrc
