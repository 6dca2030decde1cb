FROM centos:7
ARG V=2.4.6
RUN yum install -y httpd-2.4.6-99.el7 curl-7.29.0 https://example.com/x.rpm /tmp/y.rpm local.rpm
RUN yum install -y httpd-${V} httpd-tools-"$V" @development
RUN yum -y update && yum clean all
RUN yum --enablerepo epel -y install htop-2.2.0-3.el7
