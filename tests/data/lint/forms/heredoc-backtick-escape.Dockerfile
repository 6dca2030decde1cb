# escape=`
FROM alpine
RUN <<EOF
C:\x `
EOF
RUN echo `
  b
