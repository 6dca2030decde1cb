FROM alpine
RUN cat <<E <<E
1
E
2
E
