FROM alpine:3.23.1
ADD https://example.com/tool /usr/local/bin/tool
ADD https://github.com/example/repo.git /src
