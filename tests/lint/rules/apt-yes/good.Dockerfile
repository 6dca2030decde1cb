# -y anywhere, joined with others, its long forms, -qq; answers by a pipe; nothing to answer.
FROM debian:12
RUN apt-get update
RUN apt-get install -y curl && apt-get -yqq install curl && apt-get install curl -y
RUN apt-get install --yes curl && apt-get --assume-yes install curl && apt-get -qq install curl
RUN apt-get -q=2 install curl
RUN yes | apt-get install curl
RUN apt-get install curl < /tmp/answers
RUN apt-get install -s curl && apt-get clean && apt-get download curl
RUN apt-get $APT_OPTIONS install curl
RUN apt-cache policy curl
