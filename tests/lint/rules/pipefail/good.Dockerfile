# Set by SHELL, inline, in a bash of its own; scripts run by bash; left sides that cannot fail.
FROM alpine:3.20 AS a
RUN set -o pipefail && wget -qO- https://example.com/x | sh
RUN set -euxo pipefail; wget -qO- https://example.com/x | sh
RUN bash -o pipefail -c "curl -fsSL https://example.com/x | sh"
RUN bash -c "set -eo pipefail; curl -fsSL https://example.com/x | sh"
RUN <<EOF
#!/bin/bash
curl -fsSL https://example.com/x | sh
EOF
RUN bash <<EOF
curl -fsSL https://example.com/x | sh
EOF
RUN echo 'a|b' && printf "%s | %s" a b && ls || true
RUN echo "deb https://example.com x main" | tee /etc/apt/sources.list.d/x.list
RUN yes | unminimize
RUN cat <<EOF | tee /etc/x
text
EOF
RUN dpkg -l | grep linux || true
RUN case "$x" in a|b) ls ;; esac
SHELL ["/bin/ash", "-eo", "pipefail", "-c"]
RUN wget -qO- https://example.com/x | sh
FROM a
RUN wget -qO- https://example.com/x | sh
FROM mcr.microsoft.com/windows/servercore:ltsc2022
SHELL ["powershell", "-Command"]
RUN Get-Process | Stop-Process
CMD ls | sort
