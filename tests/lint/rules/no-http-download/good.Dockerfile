# The own machine, inner names, proxies, checked files, schemes that are text.
FROM debian:12
RUN curl -fsS http://localhost:8080/ && curl http://127.0.0.1/ && wget -q http://web/
RUN curl -x http://proxy.example.com:3128 -fsSLO https://example.com/app
RUN curl -H "Referer: http://example.com" -d "http://example.com" https://example.com
RUN curl -fsSLO http://example.com/app && echo "abc  app" | sha256sum -c
RUN echo "deb http://deb.debian.org/debian bookworm main" > /etc/apt/sources.list
RUN curl -fsS "http://${HOST}/x" && curl http://[::1]/ && curl http://10.0.0.1/
RUN git clone https://example.com/http://x
HEALTHCHECK CMD curl -f http://example.com/
