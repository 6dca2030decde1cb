FROM alpine
RUN --mount=type=cache,id=apk,sharing=locked,target=/var/cache/apk apk add git
RUN --mount=type=secret,id=npmrc,target=/root/.npmrc,required npm ci
RUN --mount=type=ssh git clone git@example.com:a/b
RUN --mount=type=tmpfs,target=/tmp,size=64m make
