FROM fedora:40
RUN dnf install -y httpd-2.4.62-2.fc40 @nodejs:20/common && dnf clean all
RUN dnf module install -y nodejs:20
RUN dnf install -y 'dnf-command(config-manager)'
RUN dnf groupinstall -y "Development Tools"
RUN microdnf install -y tar-1.34-6.el9 && microdnf clean all
RUN dnf -y upgrade
