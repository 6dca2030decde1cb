FROM alpine:3.23.1 AS deps
FROM alpine:3.23.1
RUN --mount=type=bind,from=desp,target=/d cp /d/a /a
