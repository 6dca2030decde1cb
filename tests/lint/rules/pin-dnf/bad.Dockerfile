FROM fedora:40
RUN dnf install -y httpd && dnf clean all
RUN microdnf install -y tar gzip-1.12
RUN tdnf install -y --setopt=install_weak_deps=False nginx
RUN dnf5 -y install java-21-openjdk
