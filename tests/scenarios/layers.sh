#!/bin/sh
# What layers do to each other, the cache of layers, and findings that are known from real package databases.
. "$(dirname "$0")/lib.sh"
need jq
make_image=$BUILD/tests/tools/make-image
[ -x "$make_image" ] || skip "make-image is not built"
[ -d "$PLIMSOLL_SHARED/data/apkdb" ] || skip "no package databases in $PLIMSOLL_SHARED"
scan() { "$PLIMSOLL" scan --format json "$@"; }
names() { jq -r '[.packages[] | "\(.name)@\(.version)"] | sort | join(" ")' "$1"; }

db=$PLIMSOLL_SHARED/data/apkdb/3.16.9-x86_64.installed
awk -v RS= -v ORS='\n\n' '/\nP:musl\n/ || /\nP:zlib\n/ || /^P:musl\n/ || /^P:zlib\n/' "$db" >"$work/few"
awk -v RS= -v ORS='\n\n' '/\nP:musl\n/' "$db" >"$work/one"

cat >"$work/spec" <<EOT
image made:1
layer ADD rootfs
text etc/os-release ID=alpine\nVERSION_ID=3.16.9\n
file lib/apk/db/installed 644 < few
text opt/a/one first
layer RUN apk del zlib
file lib/apk/db/installed 644 < one
EOT
"$make_image" -o "$work/replaced.tar" "$work/spec" || exit 1
exits "scan an archive" 0 scan "$work/replaced.tar"
same "a database replaces the one below" 1 "$(jq '.packages | length' "$work/out")"
same "the package is credited to the layer that brought it" "ADD rootfs" \
    "$(jq -r '.image.layers[0].created_by' "$work/out")"

printf '%s\nlayer RUN rm\nwhiteout lib/apk/db/installed\n' "$(cat "$work/spec")" >"$work/spec2"
"$make_image" -o "$work/removed.tar" "$work/spec2"
exits "scan with a whiteout" 0 scan "$work/removed.tar"
same "a whiteout removes the database" 0 "$(jq '.packages | length' "$work/out")"

printf '%s\nlayer COPY\nopaque lib/apk\n' "$(cat "$work/spec")" >"$work/spec3"
"$make_image" -o "$work/opaque.tar" "$work/spec3"
exits "scan with an opaque folder" 0 scan "$work/opaque.tar"
same "an opaque folder hides the database" 0 "$(jq '.packages | length' "$work/out")"

for compression in none gzip zstd; do
    "$make_image" --format oci-archive --compression $compression -o "$work/oci-$compression.tar" "$work/spec"
    exits "scan an OCI archive, $compression" 0 scan "$work/oci-$compression.tar"
    same "the same packages, $compression" "musl" "$(jq -r '.packages[].name' "$work/out")"
done

# The cache: known the second time, by digest in another file, too; not when it is turned off.
rm -rf "$PLIMSOLL_CACHE"
"$make_image" --format oci-archive -o "$work/a.tar" "$work/spec"
"$make_image" --format oci -o "$work/b" "$work/spec"
scan "$work/a.tar" >"$work/cold.json"
scan "$work/b" >"$work/warm.json"
same "layers are known by digest in another place" "2 layers" \
    "$("$PLIMSOLL" cache status | sed -n 's/^layers  \(.*\)/\1 layers/p')"
same "cold and warm scans find the same" "$(jq -S '.findings,.packages' "$work/cold.json")" \
    "$(jq -S '.findings,.packages' "$work/warm.json")"
exits "cache clear" 0 "$PLIMSOLL" cache clear
same "nothing is left" "layers  0" "$("$PLIMSOLL" cache status | grep "^layers")"
scan --no-cache "$work/a.tar" >"$work/uncached.json"
same "--no-cache leaves no trace" "layers  0" "$("$PLIMSOLL" cache status | grep "^layers")"
same "and finds the same" "$(jq -S .findings "$work/cold.json")" "$(jq -S .findings "$work/uncached.json")"

# Ten scans at once on one cache.
ids=
for i in 1 2 3 4 5 6 7 8 9 10; do
    scan "$work/a.tar" >"$work/many.$i" 2>"$work/many.err.$i" &
    ids="$ids $!"
done
bad=0
for id in $ids; do wait "$id" || bad=$((bad + 1)); done
same "ten scans at once" 0 $bad
printf 'no database' >"$PLIMSOLL_CACHE/data.mdb"
exits "a damaged cache does not stop a scan" 0 scan "$work/a.tar"
check "and is named" jq -e '[.notes[].text | select(test("damaged"))] | length == 1' "$work/out"

# All platforms: shared layers once, each finding names its platforms.
cat >"$work/multi" <<EOT
image multi:1
config architecture amd64
layer ADD rootfs
text etc/os-release ID=alpine\nVERSION_ID=3.16.9\n
file lib/apk/db/installed 644 < few
image multi:1
config architecture arm64
layer ADD rootfs
same 0
layer ADD other
file lib/apk/db/installed 644 < one
EOT
"$make_image" --format oci -o "$work/multi.oci" "$work/multi"
exits "scan all platforms" 0 scan --all-platforms "$work/multi.oci"
same "platforms of a package of both" "linux/amd64 linux/arm64" \
    "$(jq -r '.packages[] | select(.name == "musl") | .platforms | join(" ")' "$work/out")"
same "platforms of a package of one" "linux/amd64" \
    "$(jq -r '.packages[] | select(.name == "zlib") | .platforms | join(" ")' "$work/out")"
exits "one platform" 0 scan --platform linux/arm64 "$work/multi.oci"
same "has only its own" "musl" "$(jq -r '.packages[].name' "$work/out")"
exits "a platform that is not there" 3 scan --platform linux/s390x "$work/multi.oci"

# Known findings of real databases.
[ -d "$PLIMSOLL_SHARED/feeds/alpine" ] || skip "no feeds in $PLIMSOLL_SHARED"
exits "db update" 0 "$PLIMSOLL" db update --quiet --mirror "$PLIMSOLL_SHARED/feeds" --only alpine
awk '/^V:1\.1\.1/ && o { $0 = "V:1.1.1s-r0" } { print } /^P:/ { o = $0 ~ /^P:(libcrypto1.1|libssl1.1)$/ }' "$db" >"$work/old"
cat >"$work/known" <<EOT
image known:1
layer ADD rootfs
text etc/os-release ID=alpine\nVERSION_ID=3.16.9\n
file lib/apk/db/installed 644 < old
EOT
"$make_image" -o "$work/known.tar" "$work/known"
exits "scan Alpine 3.16 with openssl 1.1.1s-r0" 0 scan "$work/known.tar"
for id in CVE-2022-4304 CVE-2022-4450 CVE-2023-0215 CVE-2023-0286; do
    check "$id is found" jq -e --arg id $id '[.findings[] | select(.id == $id)] | length >= 1' "$work/out"
done
