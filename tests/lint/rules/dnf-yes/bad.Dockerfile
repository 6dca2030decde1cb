FROM fedora:40
RUN dnf install httpd-2.4.62
RUN microdnf install tar-1.34 && microdnf clean all
RUN dnf --setopt=install_weak_deps=False upgrade
