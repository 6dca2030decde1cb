FROM alpine
ENV TEXT="one \
  two \
  three"
