FROM debian:12
RUN apk add --no-cache --allow-untrusted ./x.apk
RUN apt-get install -y --allow-unauthenticated curl=7
RUN apt-get install -y --force-yes curl=7
RUN yum install -y --nogpgcheck x-1
RUN dnf --nogpgcheck -y install x-1
RUN rpm -i --nosignature x.rpm
RUN rpm -Uvh --nodigest x.rpm
RUN zypper --no-gpg-checks -n in x=1
RUN echo "deb [trusted=yes] https://example.com x main" > /etc/apt/sources.list.d/x.list
RUN dnf -y --setopt=gpgcheck=0 install x-1
