FROM fedora:40
RUN dnf install -y httpd && dnf -y upgrade && microdnf -y install tar && dnf clean all
RUN dnf install --assumeyes httpd && dnf list installed
