FROM fedora:40
RUN dnf install -y httpd-2.4.62
RUN microdnf install -y tar-1.34 && microdnf update
RUN dnf install -y a-1 || true
RUN microdnf install -y tar-1.34 && dnf clean all
