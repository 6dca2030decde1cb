FROM alpine
RUN if [ -f /etc/x ]; then \
      cat /etc/x; \
    else \
      echo none; \
    fi
