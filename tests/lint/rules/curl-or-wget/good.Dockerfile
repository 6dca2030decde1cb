# Another stage is another image; a package's name is no use of it.
FROM debian:12 AS a
RUN apt-get install -y wget curl && wget -q https://example.com/a
FROM debian:12
RUN curl -fsSLO https://example.com/b && apt-get purge -y wget
HEALTHCHECK CMD wget -q --spider http://localhost/
