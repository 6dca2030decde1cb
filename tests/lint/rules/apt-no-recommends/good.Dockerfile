FROM debian:12
RUN apt-get update && apt-get install -y --no-install-recommends curl
RUN apt-get --no-install-recommends install -y curl
RUN apt-get install -y -o APT::Install-Recommends=false curl
RUN apt-get install -y -f
RUN apt-get upgrade -y && apt-get remove -y curl
