FROM node:22
RUN yarn install --frozen-lockfile
RUN yarn && yarn build
RUN yarn global add serve@14
