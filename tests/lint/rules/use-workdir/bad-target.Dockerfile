FROM golang:1.22 AS test
RUN cd /src && go test ./...
FROM debian:12
CMD ["true"]
