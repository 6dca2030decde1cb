FROM debian:12
RUN curl -fsSL http://example.com/install.sh | sh
RUN wget -q http://example.com/app.tar.gz
RUN curl -x http://proxy:3128 -o app http://example.com/app
