  FROM alpine
    RUN true
  # note
    CMD sh
