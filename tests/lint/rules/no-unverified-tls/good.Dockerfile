# Letters of other options, the container itself, checks that are on, values that are empty.
FROM debian:12
RUN curl -fsSL -okay https://example.com/a && curl -Hk https://example.com && curl --key k https://example.com
RUN curl -k https://localhost:8443/ && curl --insecure https://127.0.0.1/health
RUN wget -q https://example.com && pip install flask==3
RUN npm config set strict-ssl true && git config --global http.sslVerify true
RUN git -c http.sslVerify=true clone https://example.com/x
RUN yum-config-manager --setopt=sslverify=1 && echo curl -k
ENV PYTHONHTTPSVERIFY=1 NODE_TLS_REJECT_UNAUTHORIZED=1 NPM_CONFIG_STRICT_SSL=true
ENV PIP_TRUSTED_HOST=
ARG GIT_SSL_NO_VERIFY
HEALTHCHECK CMD curl -kf https://localhost/
