# A stage that is thrown away may keep its caches; mounts and variables move them elsewhere.
FROM node:22 AS build
RUN npm ci && npm run build
FROM golang:1.22 AS tool
RUN go mod download && go build -o /tool .
FROM node:22
RUN npm ci --omit=dev && npm cache clean --force
RUN npm ci && rm -rf ~/.npm
RUN npm ci --cache /tmp/npm && rm -rf /tmp/npm
RUN --mount=type=cache,target=/root/.npm npm ci
RUN --mount=type=cache,target=/root/.npm,sharing=locked --mount=type=bind,source=package.json,target=package.json npm ci
RUN npm test && npm run install && npm --version
RUN composer install --no-cache && conda install -y numpy && conda clean -afy
ENV UV_NO_CACHE=1
RUN uv pip install --system -r requirements.txt
COPY --from=build /dist /dist
COPY --from=tool /tool /tool
