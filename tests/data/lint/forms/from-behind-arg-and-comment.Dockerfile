# base
ARG A=1

# more
ARG B
FROM alpine:$A
