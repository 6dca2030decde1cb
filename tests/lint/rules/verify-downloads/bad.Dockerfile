FROM debian:12
RUN curl -fsSLO https://example.com/app
RUN wget -q https://example.com/app.tar.gz && tar xf app.tar.gz
RUN curl -fsSL https://example.com/install.sh | sh
RUN curl -fsSL https://example.com/app > /usr/local/bin/app
