FROM haproxy:3.3.1-alpine
ENV LEVEL debug # later info
COPY a /a # the program
EXPOSE 8080 # web
USER haproxy # not root
WORKDIR /srv # ours
VOLUME ["/data"] # kept
ARG NAME=1 # why
CMD ["haproxy", "-W"] # start
STOPSIGNAL \
   # in the middle is fine
   SIGUSR1
HEALTHCHECK CMD ["true"] # alive
ONBUILD USER 5 # five
