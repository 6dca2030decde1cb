FROM debian:12
RUN sudo apt-get update
RUN true && sudo -E make install
USER app
RUN sudo chown app /srv
RUN sh -c "sudo ls"
