FROM debian:12
RUN curl -fsSLO https://example.com/app.tar && tar xf app.tar
RUN rm -rf app.tar && make -C app
