FROM fedora:40
RUN dnf install -y httpd-2.4.62 && dnf clean all
RUN dnf install -y httpd-2.4.62 && dnf -y clean all && rm -rf /var/cache/yum
RUN microdnf install -y tar-1.34 && microdnf clean all
RUN dnf install -y httpd-2.4.62 && rm -rf /var/cache/dnf /var/log/*
RUN --mount=type=cache,target=/var/cache/libdnf5,sharing=locked dnf install -y httpd-2.4.62
RUN --mount=type=cache,dst=/var/cache dnf install -y httpd-2.4.62
RUN dnf install -y httpd-2.4.62 && yum clean all
