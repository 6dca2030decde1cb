FROM opensuse/leap:15.6
RUN zypper --non-interactive install curl && zypper -n in git && zypper install -y vim
RUN zypper in --no-confirm make && zypper refresh && zypper clean
