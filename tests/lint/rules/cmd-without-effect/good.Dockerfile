FROM haproxy:3.3.1-alpine
ENTRYPOINT ["haproxy", "-W"]
CMD -f /etc/haproxy.cfg
