FROM alpine:3.23.1
CMD node server.js --name 'a b'
