# The sticky bit, the group, execution for all, umask.
FROM debian:12
RUN chmod 1777 /tmp && chmod 755 /app && chmod 0644 /etc/x && chmod 2775 /srv && chmod 4755 /x
RUN chmod +x /app/run && chmod +w /app/x && chmod u+w,go-w /y && chmod a+rx /z && chmod g+rwX /w
RUN chmod o-w /app && chmod a+rwx,+t /shared && chmod "$MODE" /x && chmod --reference=/a /b
COPY --chmod=0755 app /app
RUN echo chmod 777 /app
RUN tempDir="$(mktemp -d)" && chmod 777 "$tempDir" && rm -rf "$tempDir"
