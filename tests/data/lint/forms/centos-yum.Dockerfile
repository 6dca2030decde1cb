FROM quay.io/centos/centos:stream9
LABEL maintainer="ops@example.com" \
      org.opencontainers.image.title="batch worker"
RUN dnf -y install python3 && dnf clean all && rm -rf /var/cache/dnf
ENTRYPOINT [ "python3", "-m", "worker" ]
