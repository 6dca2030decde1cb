FROM debian:12
RUN wget -q https://example.com/a && wget -qO- https://example.com/b && wget -nv https://example.com/c
RUN wget --no-verbose https://example.com/a && wget --progress=dot:giga https://example.com/b
RUN wget -o log https://example.com/a && wget --quiet https://example.com/b && wget -cnv https://x.example
RUN apt-get install -y wget && wget --version
