FROM alpine:3.23.1
ENV MODE=test MODE=production
LABEL a.b=1 \
      c=2 a.b=3
