FROM alpine:3.23.1
COPY package.json package-lock.json /srv/app
COPY a b "/srv/c"
