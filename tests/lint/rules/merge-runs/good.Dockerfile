# Heredocs, other flags, other instructions between, lists joined by intent.
FROM debian:12
RUN <<EOF
apt-get update
EOF
RUN make
COPY a b
RUN make
RUN --mount=type=cache,target=/x make
RUN --mount=type=cache,target=/y make
RUN --network=none make
RUN --mount=type=secret,id=a --network=none make
ENV A=1
RUN make
USER app
RUN a && b && c
RUN d
RUN e && f
RUN apt-get update && rm -rf /var/lib/apt/lists/*
FROM debian:12
RUN make
FROM debian:12
RUN make
RUN <<EOF
make
EOF
