FROM debian:12
RUN apt-get install -y \
    curl=7

# The program itself.
# It is small.
RUN curl -fsSLO https://example.com/app
RUN --mount=type=cache,target=/x make
RUN --mount=type=cache,target=/x   make install
