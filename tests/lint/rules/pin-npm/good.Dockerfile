# Scopes, tags, commits, folders; installs from a lock file have no names.
FROM node:22
ARG NPM_VERSION=10.8.1
RUN npm ci && npm install && npm i --omit dev
RUN npm install -g npm@10.8.1 serve@14 @babel/core@7.24.0 @angular/cli@latest
RUN npm install -g npm@${NPM_VERSION} "pm2@$PM2"
RUN npm install ./lib ../other /opt/x file:lib ~/y app.tgz https://example.com/app.tar.gz
RUN npm install git+https://github.com/user/repository.git#v1.0.0 user/repository#4df377c
RUN npm install --prefix /opt/app --registry https://example.com
RUN yarn install --frozen-lockfile && yarn add react@18.3.1 && yarn run add
RUN pnpm install --frozen-lockfile
RUN npm run install-all && npm rebuild node-sass
