FROM debian:12
WORKDIR /old
# builds
RUN cd /srv/app && make
COPY . .
RUN cd /old \
    && make install
RUN --mount=type=cache,target=/x cd /elsewhere && make
WORKDIR /last
CMD ["true"]
