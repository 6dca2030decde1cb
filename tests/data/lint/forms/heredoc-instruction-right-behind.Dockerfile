FROM alpine
RUN <<EOF
true
EOF
RUN echo directly
