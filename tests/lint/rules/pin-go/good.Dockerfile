# Files, the own module, the standard library, programs' arguments.
FROM golang:1.22
ARG TOOL_VERSION=v1.2.3
RUN go install github.com/user/tool/cmd/tool@v1.2.3
RUN go install github.com/user/tool@${TOOL_VERSION}
RUN go install ./... && go install . && go install cmd/compile
RUN go build -ldflags "-s -w" -o /app ./cmd/app
RUN go run main.go example.com/x && go run github.com/user/generate@v1 example.com/y
RUN go mod download && go get ./...
RUN go install -tags netgo -ldflags '-X main.version=1' example.com/tool@4df377c
