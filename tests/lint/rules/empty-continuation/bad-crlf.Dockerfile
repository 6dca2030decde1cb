FROM alpine:3.23.1
RUN touch /a && \

    touch /b
