FROM alpine
COPY package*.json yarn.lock? ./
COPY [a-c]*.txt /x/
