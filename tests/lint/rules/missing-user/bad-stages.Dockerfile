# The stage that builds has a USER, the one that ships has none.
FROM alpine:3.23.1 AS build
USER 1000
FROM debian:12.12-slim
COPY --from=build /app /app
CMD ["/app"]
