FROM haproxy:3.3.1-alpine
ENV MODE=production # not test
ENV LEVEL debug # later info
COPY a /a # the program
EXPOSE 8080 # web
USER haproxy # not root
WORKDIR /srv # ours
VOLUME ["/data"] # kept
LABEL a.b=c # why
CMD ["haproxy", "-W"] # start
