FROM node:22
RUN npm ci --omit=dev
RUN npm install -g serve@14 && npm ls
RUN composer install --no-dev
RUN conda install -y numpy=2 && echo installed
