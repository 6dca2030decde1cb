FROM alpine:3.23.1 AS Builder
FROM scratch
COPY --from=Builder /a /a
