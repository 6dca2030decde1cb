FROM debian:12
RUN apt-get update && apt-get install -y curl=7
RUN apt-get update \
    && apt-get install -y \
        git=1 \
        make=4
RUN apt-get update && apt-get install -y jq=1 && jq --version
RUN apt-get update && apt-get install -y vim=1 && rm -rf /tmp/* && apt-get clean
