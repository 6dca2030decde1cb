FROM centos:7
RUN yum install -y httpd-2.4.6 && yum clean all
RUN yum install -y httpd-2.4.6 && rm -rf /var/cache/yum
RUN yum install -y httpd-2.4.6 && echo done && rm -rf /var/cache/yum/* /tmp/*
RUN yum install -y httpd-2.4.6; yum -y clean all
RUN --mount=type=cache,target=/var/cache/yum yum install -y httpd-2.4.6
RUN yum -y install curl-7 && dnf clean all
RUN yum list installed
