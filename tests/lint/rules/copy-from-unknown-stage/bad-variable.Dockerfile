ARG FROM_STAGE=a
FROM alpine:3.23.1 AS a
FROM alpine:3.23.1
COPY --from=${FROM_STAGE} /a /a
