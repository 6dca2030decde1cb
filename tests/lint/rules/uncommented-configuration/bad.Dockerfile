FROM nginx:1.30.4-alpine
EXPOSE 8080

# the account of the base image
USER 101
STOPSIGNAL SIGQUIT
RUN true
ENTRYPOINT ["nginx"]
