FROM alpine
RUN --mount=type=bind,source=go.mod --mount=type=bind,src=. make
