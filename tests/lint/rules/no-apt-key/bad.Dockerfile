FROM debian:12
RUN curl -fsSL https://example.com/key.asc | apt-key add -
RUN apt-key adv --keyserver keyserver.ubuntu.com --recv-keys ABCDEF
