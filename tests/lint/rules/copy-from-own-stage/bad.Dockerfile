FROM alpine:3.23.1 AS build
RUN touch /a
COPY --from=build /a /b
