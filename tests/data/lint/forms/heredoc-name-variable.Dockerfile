FROM alpine
RUN cat <<$X
hi
$X
