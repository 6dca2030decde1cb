#!/bin/sh
# The distribution API byte by byte: uploads by hand, ranges, pages, wrong digests, names that would lead elsewhere, many
# at once. What real clients never send is in here, too.
. "$(dirname "$0")/lib.sh"
need python3
serve
python3 "$here/registry_wire.py" "127.0.0.1:$port" "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" || fail "ended early"
check "the server is still there" kill -0 "$pid"
