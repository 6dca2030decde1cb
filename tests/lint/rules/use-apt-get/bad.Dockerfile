FROM debian:12
RUN apt update && apt install -y curl=7 && apt-get clean
RUN apt search curl | head
RUN /usr/bin/apt -y upgrade
