FROM alpine AS b
FROM alpine
COPY --from="b" /x /y
