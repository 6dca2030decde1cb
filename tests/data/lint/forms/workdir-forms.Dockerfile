FROM alpine
WORKDIR /app
WORKDIR sub
WORKDIR ${HOME}/x
WORKDIR /with blank
