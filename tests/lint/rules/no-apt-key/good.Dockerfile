FROM debian:12
RUN apt-key list
RUN curl -fsSL https://example.com/key.asc -o /etc/apt/keyrings/example.asc
