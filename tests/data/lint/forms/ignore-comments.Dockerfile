# hadolint global ignore=DL3008
FROM debian
# hadolint ignore=DL3006,DL3015
RUN apt-get install -y curl
# check=skip=JSONArgsRecommended
CMD sh
# plimsoll ignore=pin-base-image because it is a test
USER root
