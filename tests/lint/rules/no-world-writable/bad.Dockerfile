FROM debian:12
RUN chmod 777 /app
RUN mkdir /data && chmod -R 0777 /data
RUN chmod a+rwx /app && chmod -R o+w /srv
RUN chmod u=rwx,go=rw /x
COPY --chmod=777 app /app
RUN chmod -R ugo+rw /y && chmod 666 /z
