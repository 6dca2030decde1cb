FROM debian:12
RUN curl -fsSL https://example.com/app.tar.gz | tar xz
RUN set -e && wget -qO- https://example.com/x | sh
RUN VERSION=$(curl -s https://example.com/version | head -1) && echo "$VERSION"
RUN <<EOF
curl -fsSL https://example.com/x | sh
EOF
