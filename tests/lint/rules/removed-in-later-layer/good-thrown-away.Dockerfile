# what the first stage keeps is in no image
FROM alpine:3.22 AS build
RUN apk add --no-cache curl
RUN apk del curl
COPY x /tmp/x
RUN rm /tmp/x
FROM alpine:3.22
COPY --from=build /app /app
