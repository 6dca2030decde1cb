#!/bin/sh
# An index of two platforms that share their base layer: one of them, all of them, one that is not there.
. "$(dirname "$0")/lib.sh"
need jq

cat >"$work/spec" <<'E2'
image app:1
config architecture amd64
layer base
text etc/os-release ID=alpine\nVERSION_ID=3.16.9\n
text lib/apk/db/installed P:libssl1.1\nV:1.1.1s-r0\nA:x86_64\no:openssl\n\n
layer app
text app for amd64
image app:1
config architecture arm64
layer base
same 0
layer app
text app for arm64
E2
check "make an index" "$BUILD/tests/tools/make-image" --format oci -o "$work/index" "$work/spec"
exits "scan every platform" 0 "$PLIMSOLL" scan --all-platforms --format json "$work/index"
cp "$work/out" "$work/all.json"
same "both are named" '["linux/amd64","linux/arm64"]' "$(jq -c .image.platforms "$work/all.json")"
same "each finding stands once, for both" '4 ["linux/amd64","linux/arm64"]' \
    "$(jq -rc '"\(.findings | length) \([.findings[].platforms] | unique | .[0])"' "$work/all.json")"
same "the shared layer was read once" 3 "$("$PLIMSOLL" cache status | sed -n "s/^layers *//p")"
exits "one that is asked for" 0 "$PLIMSOLL" scan --platform linux/arm64 --format json "$work/index"
same "is that one" linux/arm64 "$(jq -r .image.platform "$work/out")"
exits "one that is not there" 3 "$PLIMSOLL" scan --platform linux/s390x "$work/index"
check "names those that are" grep -q 'linux/amd64, linux/arm64' "$work/err"
