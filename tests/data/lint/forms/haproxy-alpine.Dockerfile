# Edge proxy: TLS, security headers, health endpoint.
FROM haproxy:3.0-alpine
USER root
RUN apk add --no-cache ca-certificates curl
# configuration is validated while building, so that a bad one never ships
COPY --chown=haproxy:haproxy haproxy.cfg /usr/local/etc/haproxy/haproxy.cfg
RUN haproxy -c -f /usr/local/etc/haproxy/haproxy.cfg
USER haproxy
EXPOSE 8080 8443
HEALTHCHECK --interval=30s --timeout=3s --retries=3 \
  CMD curl -fsS http://127.0.0.1:8080/health || exit 1
