FROM debian:12
RUN apt-get update && apt-get install --no-install-recommends curl=7.88.1-10
RUN apt-get \
      install \
      git=1
RUN apt-get upgrade && apt-get dist-upgrade
RUN apt-get remove curl
RUN <<EOF
apt-get install jq=1
EOF
