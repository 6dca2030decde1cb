# apt's configuration says it for all.
FROM debian:12
RUN printf 'APT::Install-Recommends "false";\n' > /etc/apt/apt.conf.d/99lean
RUN apt-get update && apt-get install -y curl
