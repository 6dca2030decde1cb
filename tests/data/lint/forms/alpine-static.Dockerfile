FROM alpine:3.20
COPY dist/ /srv/www/
EXPOSE 8080
CMD ["httpd", "-f", "-p", "8080", "-h", "/srv/www"]
