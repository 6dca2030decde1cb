# Words of others, installs, ssh with its mount, mount where it is allowed.
FROM debian:12
RUN apt-get update && apt-get install -y vim ssh procps
RUN echo "service nginx start" && ls /usr/bin/ps
RUN --mount=type=ssh ssh -T git@example.com || true
RUN --security=insecure mount -t proc proc /proc
RUN systemctl enable nginx
RUN mkdir -p /run/service /var/top && ssh-keygen -A
CMD service nginx start && top
HEALTHCHECK CMD ps aux
