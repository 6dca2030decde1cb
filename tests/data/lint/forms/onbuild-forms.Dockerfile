FROM alpine
ONBUILD COPY . /app
ONBUILD RUN make
onbuild user app
