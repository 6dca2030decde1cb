FROM alpine
CMD "my command" with 'args'
