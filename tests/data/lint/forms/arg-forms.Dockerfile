FROM alpine
ARG A
ARG B=
ARG C="x y"
ARG D='z' E=${A:-b} F
