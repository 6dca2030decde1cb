FROM nginx:1.30.4-alpine
RUN addgroup -g 10001 -S app && adduser -S -u 10001 -G app app
USER 10001
