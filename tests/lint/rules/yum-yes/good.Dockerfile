FROM centos:7
RUN yum install -y httpd && yum -y update && yum --assumeyes install x
RUN yum clean all && yum info httpd && yum-config-manager --enable x
