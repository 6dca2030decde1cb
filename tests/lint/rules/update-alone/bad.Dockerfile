FROM debian:12
RUN apt-get update
RUN apt-get install -y curl
RUN apk update && rm -rf /tmp/x
RUN apt-get install -y git && apt-get update
RUN zypper refresh
RUN apt-get update && apt-get clean
