FROM alpine:3.23.1 AS build
FROM alpine:3.23.1
COPY --from=build /srv /
COPY / /
