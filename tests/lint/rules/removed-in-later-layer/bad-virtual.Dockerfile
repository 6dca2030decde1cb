FROM python:3.13-alpine
RUN apk add --no-cache --virtual .build-deps gcc musl-dev
RUN pip install --no-cache-dir cffi==1.17.1
RUN apk del .build-deps
