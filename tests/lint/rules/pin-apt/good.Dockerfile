# Versions in variables, files, releases, and words that are no packages.
FROM debian:12
ARG CURL_VERSION=7.88.1-10
RUN apt-get update && apt-get install -y --no-install-recommends curl=7.88.1-10+deb12u8
RUN apt-get install -y curl="${CURL_VERSION}" "git=${GIT_VERSION:-1:2.39}"
RUN apt-get install -y /tmp/app.deb ./other.deb $(cat packages.txt)
RUN apt-get install -y nginx/bookworm-backports
RUN apt-get install -f
RUN apt-get install -y lamp-server^ vim-
RUN apt-get -o Dpkg::Options::="--force-confold" install -y curl=7.88.1-10
RUN apt-get install -t bookworm curl=7.88.1-10
RUN echo apt-get install curl
RUN : "apt-get install curl"
RUN apt-get update && apt-get upgrade -y
# A variable that only the build knows is nobody's finding.
ARG EXTRA
RUN apt-get install -y ${EXTRA}
