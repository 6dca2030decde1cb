FROM alpine
RUN <<'EOF'
echo $HOME "x
EOF
CMD sh
