FROM alpine:3.20 # pinned
EXPOSE 80 # web
USER app # not root
