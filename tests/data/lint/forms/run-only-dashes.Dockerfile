FROM alpine
RUN --
