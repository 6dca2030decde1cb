FROM alpine
RUN cat <<ONE > /1 && cat <<TWO > /2
first
ONE
second
TWO
