#!/bin/sh
# The monthly audit: of each repository's newest image, the CRITICAL findings.
# usage: scripts/audit-images.sh [options of plimsoll audit, such as --format html=audit.html]
set -eu
cd "$(dirname "$0")/.."
[ $# -gt 0 ] || set -- --format guide
exec plimsoll audit react-app-haproxy react-app-nginx "$@"
