FROM node:22
RUN yarn install --frozen-lockfile && yarn cache clean
RUN --mount=type=cache,target=/root/.cache/yarn yarn install --frozen-lockfile
RUN --mount=type=cache,target=/usr/local/share/.cache yarn install
RUN YARN_CACHE_FOLDER=/tmp/yarn yarn install && rm -rf /tmp/yarn
RUN yarn run install && yarn build && yarn --version
RUN yarn install && rm -rf "$HOME/.cache"
