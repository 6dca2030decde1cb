FROM debian:12
RUN wget -q https://example.com/a
RUN curl -fsSLO https://example.com/b
RUN curl -fsSLO https://example.com/c
FROM debian:12
RUN curl -fsSL https://example.com/a | tar xz && wget -q https://example.com/b
