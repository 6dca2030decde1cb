FROM alpine:3.23.1 AS build
FROM alpine:3.23.1 AS final
COPY --from=build /a /b
