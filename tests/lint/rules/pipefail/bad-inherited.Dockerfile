FROM alpine:3.20 AS base
SHELL ["/bin/sh", "-ec"]
FROM base
RUN wget -qO- https://example.com/x | sh
RUN <<EOF
wget -qO- https://example.com/x | sh
EOF
