FROM alpine
RUN curl --mount=x
