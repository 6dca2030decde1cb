FROM alpine
SHELL ["/bin/ash", "-eo", "pipefail", "-c"]
RUN a | b
