FROM alpine
CMD ["sh"] # comment
