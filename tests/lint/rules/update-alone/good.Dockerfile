# What is run behind the update may well install: scripts, tools, variables.
FROM debian:12
RUN apt-get update && apt-get install -y curl
RUN apt-get update && apt-get upgrade -y
RUN apt-get update && ./install.sh
RUN apt-get update && curl -fsSL https://example.com/x | bash
RUN apt-get update && $INSTALL curl
RUN apt-get update && npx playwright install-deps
RUN <<EOF
apt-get update
apt-get install -y curl
EOF
RUN --mount=type=cache,target=/var/lib/apt/lists apt-get update
RUN yum update -y && yum clean all
RUN apk update && apk upgrade
RUN apk update && apk add curl
