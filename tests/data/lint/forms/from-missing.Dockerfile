RUN apk add curl
CMD ["sh"]
