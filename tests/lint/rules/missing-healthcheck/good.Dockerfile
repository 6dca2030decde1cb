FROM alpine:3.23.1 AS base
HEALTHCHECK CMD ["a"]
FROM base
CMD ["app"]
