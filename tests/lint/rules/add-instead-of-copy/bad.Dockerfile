FROM haproxy:3.3.1-alpine
ADD haproxy.cfg /usr/local/etc/haproxy/
ADD . /srv
ADD --chown=haproxy:haproxy ["a.sh", "/srv/"]
