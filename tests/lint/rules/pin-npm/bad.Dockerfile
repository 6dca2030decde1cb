FROM node:22
RUN npm install -g serve
RUN npm i express @babel/core
RUN npm install user/repository
RUN npm install git+https://github.com/user/repository.git
RUN yarn global add typescript
RUN pnpm add -g turbo
RUN npm --loglevel error install --save left-pad
