#!/bin/sh
# Lints, builds, scans, tests, tags and pushes react-app-haproxy.
# usage: scripts/build-and-push-haproxy.sh v1.0.0 [options of plimsoll ship, such as --dry-run]
set -eu
[ $# -ge 1 ] || { echo "usage: $0 VERSION (such as v1.0.0)" >&2; exit 2; }
cd "$(dirname "$0")/.."
version=$1
shift
exec plimsoll ship react-app-haproxy --release "$version" "$@"
