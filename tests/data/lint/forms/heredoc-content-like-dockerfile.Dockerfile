FROM alpine
COPY <<EOF /Dockerfile
FROM scratch
RUN \
# not a comment
EOF
CMD sh
