FROM alpine:3.23.1
WORKDIR /srv
COPY a b /srv/
COPY a b .
COPY a b ./
COPY a /srv/a
COPY ["a", "b", "/srv/"]
