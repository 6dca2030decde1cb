FROM debian:12
RUN cd /srv
RUN make
RUN make || true
RUN A=1; make
RUN make # at the end
RUN make install
# hadolint ignore=DL3003
RUN make x
RUN export A=1
RUN echo "$A"
RUN make &
RUN make y
RUN ["make"]
RUN make
RUN # nothing
RUN make
