FROM alpine:3.23.1
RUN apk add --no-cache tini=0.19.0-r3
ENTRYPOINT ["tini", "--", "app"]
CMD ["serve"]
