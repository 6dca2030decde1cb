FROM opensuse/leap:15.6
RUN zypper --non-interactive install curl=8.6.0 && zypper clean
RUN zypper -n in git=2 && zypper cc -a
RUN zypper -n in git=2 && rm -rf /var/cache/zypp/*
RUN --mount=type=cache,target=/var/cache/zypp zypper -n in git=2
