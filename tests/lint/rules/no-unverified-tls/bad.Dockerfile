FROM debian:12
RUN curl -k https://example.com/a
RUN curl -fsSLk https://example.com/a -o a
RUN curl --insecure https://example.com/a
RUN wget --no-check-certificate https://example.com/a
RUN pip install --trusted-host pypi.org flask==3
RUN python3 -m pip install --trusted-host=pypi.org flask==3
RUN npm config set strict-ssl false
RUN npm set strict-ssl=false && yarn config set "strict-ssl" false
RUN git -c http.sslVerify=false clone https://example.com/x
RUN git config --global http.sslVerify "false"
RUN GIT_SSL_NO_VERIFY=1 git clone https://example.com/x
RUN export NODE_TLS_REJECT_UNAUTHORIZED=0 && npm ci
RUN yum-config-manager --save --setopt=repo.sslverify=false
RUN dnf -y --setopt=sslverify=0 install x-1
RUN echo "sslverify=False" >> /etc/yum.conf
RUN apt-get -o "Acquire::https::Verify-Peer=false" update
ENV PYTHONHTTPSVERIFY=0
ENV A=b NODE_TLS_REJECT_UNAUTHORIZED="0"
ENV NODE_TLS_REJECT_UNAUTHORIZED 0
ARG npm_config_strict_ssl=false
ENV PIP_TRUSTED_HOST=pypi.org
ENV GOINSECURE=example.com
RUN git config --global http.https://example.com.sslVerify false
RUN pip config set global.trusted-host pypi.org
RUN printf '[global]\ntrusted-host = pypi.org\n' > /etc/pip.conf
