FROM alpine:3.22 AS build
USER 5
FROM nginx:1.30.4-alpine
COPY x /x
# behind the load balancer, which ends TLS
EXPOSE 8080
# the account of the base image
USER 101:101
HEALTHCHECK CMD wget -q -O /dev/null http://127.0.0.1:8080/
CMD ["nginx"]
