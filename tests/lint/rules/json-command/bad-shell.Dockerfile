# A shell is needed, so there is no edit.
FROM alpine:3.23.1
CMD node server.js $PORT
