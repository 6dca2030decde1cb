FROM centos:7
RUN yum install -y httpd-2.4.6
RUN yum clean all && yum install -y curl-7
RUN yum -y update \
    && yum -y install git-1
