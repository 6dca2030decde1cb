FROM debian:12
RUN apt-get update && apt-get install -y --no-install-recommends curl
RUN apt-get install -y \
    git=1:2.39.2-1.1 \
    vim \
    && rm -rf /var/lib/apt/lists/*
RUN ["apt-get", "install", "-y", "jq"]
RUN DEBIAN_FRONTEND=noninteractive apt-get -t bookworm-backports install -y nginx
RUN <<EOF
apt-get update
apt-get install -y python3
EOF
ENV PACKAGES="make g++"
RUN apt-get install -y $PACKAGES
RUN bash -c "apt-get update && apt-get install -y wget"
RUN cat /tmp/list | xargs apt-get install -y tmux
RUN apt-get $APT_OPTIONS install htop
