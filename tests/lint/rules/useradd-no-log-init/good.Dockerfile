FROM debian:12
ARG UNKNOWN
RUN useradd app && useradd -u 1000 app && useradd -u 10001 app
RUN useradd -l -u 123456 app && useradd -ml -u 123456 app && useradd --no-log-init -u 123456 app
RUN useradd -u ${UNKNOWN} app && useradd -u "$(id -u)" app
