FROM debian:12
RUN apt-get update && apt-get -y dist-upgrade
RUN apt full-upgrade -y
