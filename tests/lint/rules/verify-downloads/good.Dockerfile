FROM debian:12
RUN curl -fsSLO https://example.com/app && echo "abc  app" | sha256sum -c -
RUN wget -q https://example.com/app https://example.com/app.asc && gpg --batch --verify app.asc app
RUN curl -fsSI https://example.com/ && curl -fsS https://example.com/health > /dev/null
RUN curl -fsS https://example.com/
