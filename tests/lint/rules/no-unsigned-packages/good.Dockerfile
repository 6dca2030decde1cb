FROM debian:12
RUN apk add --no-cache ./x.apk && apt-get install -y --allow-downgrades curl=7
RUN yum install -y x-1 && rpm -i x.rpm && rpm --import key.asc
RUN dnf -y --setopt=gpgcheck=1 install x-1 && echo apk add --allow-untrusted
RUN echo "deb [signed-by=/etc/apt/keyrings/x.asc] https://example.com x main" > /etc/apt/sources.list.d/x.list
