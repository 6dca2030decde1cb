FROM golang:1.22
RUN go install github.com/user/tool/cmd/tool@latest
RUN go install example.com/tool
RUN GOBIN=/usr/local/bin go get -u golang.org/x/tools/cmd/goimports
RUN go run github.com/user/generate arguments
