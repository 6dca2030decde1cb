FROM alpine:3.23.1 AS build
HEALTHCHECK CMD ["a"]
FROM alpine:3.23.1
CMD ["app"]
