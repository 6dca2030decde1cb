FROM alpine
ENV A="b c
CMD sh
