FROM alpine AS a
FROM alpine
RUN --mount=from=a,source=/x,target=/x,rw true
