FROM debian:12
USER root
RUN sudo apt-get update && sudo make install
