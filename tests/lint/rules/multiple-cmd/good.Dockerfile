FROM alpine:3.23.1 AS a
CMD ["a"]
FROM a
CMD ["b"]
