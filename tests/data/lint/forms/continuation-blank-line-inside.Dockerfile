FROM alpine
RUN apk add \

    gcc \


    musl-dev
CMD sh
