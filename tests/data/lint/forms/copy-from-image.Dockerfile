FROM alpine
COPY --from=nginx:1.27 /etc/nginx/nginx.conf /n.conf
