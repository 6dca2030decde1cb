FROM debian:12
ARG USER_ID=1234567
RUN useradd -u 123456 app
RUN groupadd -g 123456 app && useradd -m --uid=200000 -g app app
RUN useradd --uid ${USER_ID} app
