# In a subshell, a substitution, under a condition, and back again, cd ends where it began.
FROM debian:12
RUN (cd /srv/app && make) && ls
RUN test -d x && (cd x; make)
RUN VERSION=$(cd /srv && git describe) && echo "$VERSION"
RUN for d in a b; do cd "$d" && make; done
RUN if [ -d x ]; then cd x && make; fi
RUN sh -c 'cd /srv && make'
RUN echo cd /srv && make -C /srv
WORKDIR /srv
