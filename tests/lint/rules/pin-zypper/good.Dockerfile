FROM opensuse/leap:15.6
RUN zypper --non-interactive install curl=8.6.0 "git>=2.43" 'vim<10' ./x.rpm
RUN zypper -n install -t pattern devel_basis
RUN zypper -n remove vim
