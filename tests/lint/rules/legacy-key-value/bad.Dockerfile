FROM alpine:3.23.1
ENV MODE production
ENV TEXT two words
ENV QUOTED "two words"
LABEL name value
