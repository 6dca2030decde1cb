FROM debian:12
RUN cd /srv/app && make
RUN set -e && cd /tmp && make install
RUN make && cd /tmp && make clean && cd /
RUN cd /srv
RUN cd "$DIR" && make
