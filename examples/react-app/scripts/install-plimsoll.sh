#!/bin/sh
# Installs plimsoll on the machine of a pipeline (Debian 12, Ubuntu 24.04 and their like).
# usage: scripts/install-plimsoll.sh URL      where your own build of it lies
set -eu
[ -n "${1-}" ] || { echo "usage: $0 URL (PLIMSOLL_URL: set it among the variables of the pipeline)" >&2; exit 2; }
root=
[ "$(id -u)" = 0 ] || root=sudo
# What it is linked with, and loads when it is asked to speak HTTP.
$root apt-get update -qq
$root apt-get install -y -qq --no-install-recommends ca-certificates curl libisal2 >/dev/null
download=$(mktemp)
trap 'rm -f "$download"' EXIT
curl --fail --silent --show-error --location --output "$download" "$1"
$root install -m 755 "$download" /usr/local/bin/plimsoll
plimsoll --version
