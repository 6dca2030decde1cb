FROM centos:7
RUN yum install -y httpd && yum clean all
RUN yum -y --enablerepo epel install java-11-openjdk-devel
