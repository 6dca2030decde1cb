FROM postgres:16-alpine
ENV POSTGRES_DB=shop
ADD --chmod=0644 schema.sql /docker-entrypoint-initdb.d/10-schema.sql
STOPSIGNAL SIGINT
VOLUME /var/lib/postgresql/data
