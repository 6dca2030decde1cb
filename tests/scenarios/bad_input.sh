#!/bin/sh
# Damaged, absurd and hostile images: a clear error (3) or a named partial result (0, with --strict 4), never more.
. "$(dirname "$0")/lib.sh"
need jq
need python3
make_image=$BUILD/tests/tools/make-image
[ -x "$make_image" ] || skip "make-image is not built"
[ -d "$PLIMSOLL_SHARED/data/apkdb" ] || skip "no package databases in $PLIMSOLL_SHARED"
scan() { "$PLIMSOLL" scan --offline --format json "$@"; }
cd "$work" || exit 1
partial() { # WHAT WORD IMAGE [PACKAGES]
    exits "$1: the rest is read" 0 scan "$3"
    check "$1: it is named ($2)" jq -e --arg word "$2" '.partial and ([.notes[].text | select(test($word; "i"))] | length >= 1)' out
    [ $# -lt 4 ] || same "$1: packages before it" "$4" "$(jq '.packages | length' out)"
    exits "$1: --strict" 4 scan --strict "$3"
}

head -c 3000000 /dev/urandom >noise
cat >spec <<EOT
image made:1
layer ADD rootfs
text etc/os-release ID=alpine\nVERSION_ID=3.16.9\n
file lib/apk/db/installed 644 < $PLIMSOLL_SHARED/data/apkdb/3.16.9-x86_64.installed
file opt/noise 644 < noise
text opt/after x
EOT
packages=$(grep -c '^P:' "$PLIMSOLL_SHARED/data/apkdb/3.16.9-x86_64.installed")

"$make_image" --format layer --truncate 1000000 -o cut.tar spec
partial "a truncated tar" "ends too early" cut.tar "$packages"
"$make_image" --format layer -o whole.tar spec
gzip -c whole.tar | head -c 1500000 >cut.tar.gz
partial "a truncated gzip" "end" cut.tar.gz "$packages"

"$make_image" --format oci -o flipped spec
blob=$(ls -S flipped/blobs/sha256/* | head -n 1)
printf X | dd of="$blob" bs=1 seek=1500000 conv=notrunc 2>/dev/null
exits "a wrong digest" 3 scan flipped
check "is named" grep -q "digest" err
check "and nothing of it is kept" sh -c '"$0" cache status | grep -q "^layers  0"' "$PLIMSOLL"
"$make_image" --format oci -o short spec
truncate -s 1000 "$(ls -S short/blobs/sha256/* | head -n 1)"
exits "a blob that is cut" 3 scan short
rm "$(ls -S short/blobs/sha256/* | head -n 1)"
exits "a blob that is missing" 3 scan short
"$make_image" --format oci -o type spec
manifest=$(jq -r '.manifests[0].digest' type/index.json | cut -d: -f2)
python3 - type "$manifest" <<'EOT'
import hashlib, json, sys
folder, digest = sys.argv[1:]
path = f"{folder}/blobs/sha256/{digest}"
manifest = json.load(open(path))
manifest["layers"][0]["mediaType"] = "application/vnd.example.unknown"
data = json.dumps(manifest).encode()
new = hashlib.sha256(data).hexdigest()
open(f"{folder}/blobs/sha256/{new}", "wb").write(data)
index = json.load(open(f"{folder}/index.json"))
index["manifests"][0].update(digest=f"sha256:{new}", size=len(data))
json.dump(index, open(f"{folder}/index.json", "w"))
EOT
"$PLIMSOLL" scan --offline --format json type >out 2>err
code=$?
check "an unknown media type is read by its bytes, or named (exit $code)" \
    sh -c "[ $code = 3 ] || jq -e '(.packages | length == $packages) or .partial or (.notes | length > 0)' out"

head -c 100000 /dev/urandom >garbage
exits "a file of noise" 3 scan ./garbage
: >empty
exits "an empty file" 3 scan ./empty
head -c 1000000 /dev/zero >zeros
gzip -c zeros >zeros.gz
for of in zeros zeros.gz; do
    exits "$of: a file of zeros is no image without findings" 3 scan ./$of
    exits "$of: nor one without waste" 3 "$PLIMSOLL" size --offline ./$of
done
mkdir nothing
exits "an empty folder" 0 scan ./nothing
mkdir transport
echo 'Directory Transport Version: 1.1' >transport/version
exits "an image in the dir: form is no root folder" 3 scan ./transport
check "and is told as what it is" grep -q "dir:" err

cat >spec.garbage <<EOT
image garbage:1
layer ADD
text etc/os-release ID=alpine\nVERSION_ID=3.16.9\n
file lib/apk/db/installed 644 < noise
file var/lib/dpkg/status 644 < noise
EOT
"$make_image" -o garbage.tar spec.garbage
exits "garbage package databases: --strict" 4 scan --strict garbage.tar
exits "garbage package databases" 0 scan garbage.tar
check "make the result partial" jq -e .partial out
check "are named" jq -e '[.notes[] | select((.path // "" | test("apk/db|dpkg")) or (.text | test("apk/db|dpkg")))] | length >= 1' out

cat >tars.py <<'EOT'
import gzip, hashlib, io, json, os, sys, tarfile

def header(name, size, kind=b"0", link=b""):
    block = bytearray(512)
    block[0 : len(name)] = name
    block[100:108], block[108:124] = b"0000644\0", b"0000000\0" * 2
    block[124:136] = b"%011o\0" % size if size < 8**11 else b"\x80" + size.to_bytes(11, "big")
    block[136:148], block[148:156], block[156:157] = b"0" * 11 + b"\0", b" " * 8, kind
    block[157 : 157 + len(link)] = link
    block[257:265] = b"ustar\x0000"
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)

end = bytes(1024)
def write(name, data):
    open(name, "wb").write(data)

# Ten million empty members: one gzip member of ten thousand, a thousand times.
write("entries.tar.gz", gzip.compress(b"".join(header(b"f%d" % i, 0) for i in range(10000)), 6) * 1000 + gzip.compress(end))
# Ten gigabytes of zeros in ten megabytes.
write("zeros.tar.gz", gzip.compress(header(b"zeros", 10 << 30)) + gzip.compress(bytes(64 << 20), 9) * 160 + gzip.compress(end))
# Sizes that cannot be.
write("absurd.tar", header(b"big", (1 << 63) - 1) + bytes(1024))
write("absurd2.tar", header(b"big", (1 << 88) - 1) + bytes(1024))
# Out of the root, and in circles.
database = open(sys.argv[1], "rb").read()
padded = database + bytes(-len(database) % 512)
release = b"ID=alpine\nVERSION_ID=3.16.9\n"
os_release = header(b"etc/os-release", len(release)) + release + bytes(512 - len(release))
write("traversal.tar", os_release + header(b"../../../lib/apk/db/installed", len(database)) + padded
      + header(b"/../../etc/passwd", 0) + header(b"..", 0, b"5") + end)
write("cycle.tar", header(b"a", 0, b"2", b"b") + header(b"b", 0, b"2", b"a") + header(b"c", 0, b"1", b"c")
      + header(b"d", 0, b"2", b"d/d") + os_release + header(b"lib/apk/db/installed", len(database)) + padded + end)
write("long.tar", header(b"x", 200000000, b"L") + b"a" * 1000000)
EOT
python3 tars.py "$PLIMSOLL_SHARED/data/apkdb/3.16.9-x86_64.installed" || exit 1
for name in entries.tar.gz zeros.tar.gz absurd.tar absurd2.tar long.tar; do
    scan "$name" >out 2>err
    code=$?
    check "$name: ends well ($code)" sh -c "[ $code = 0 ] || [ $code = 3 ]"
    check "$name: says why" sh -c "[ $code = 3 ] || jq -e '.partial' out"
done
exits "path traversal stays in the root" 0 scan traversal.tar
same "and is read there" "$packages" "$(jq '.packages | length' out)"
exits "cyclic links" 0 scan cycle.tar
same "are never followed" "$packages" "$(jq '.packages | length' out)"

# A database that is too large to be read is named, and the result is partial: it is not an image without packages.
python3 - <<'EOT'
exec(open("tars.py").read().split("end = bytes")[0])
with open("huge.tar", "wb") as out: # mostly a hole
    out.write(header(b"lib/apk/db/installed", 600 << 20))
    out.truncate(512 + (600 << 20) + 1024)
EOT
partial "a package database that is too large" "too large" huge.tar 0

# `tar -C layout .` puts the root first; compressed, an archive is told by its first names.
"$make_image" --format oci -o dotted spec
tar -C dotted -czf dotted.tar.gz .
exits "a compressed OCI archive that begins with its root" 0 scan dotted.tar.gz
same "is no layer" "oci-layout $packages" "$(jq -r '"\(.image.kind) \(.packages | length)"' out)"

# Without a home nothing is taken from, or left in, the working folder, which may be anybody's.
mkdir homeless
(cd homeless && env -u HOME -u PLIMSOLL_CACHE -u PLIMSOLL_DB XDG_CACHE_HOME= XDG_DATA_HOME= "$PLIMSOLL" cache status >../out 2>&1)
check "no home: the cache is at an absolute path" grep -q "folder  */" out
same "no home: the working folder stays as it is" "" "$(ls -A homeless)"

check "a full disk behind a report" sh -c '! "$0" scan --offline --format json=/dev/full whole.tar >/dev/null 2>&1' "$PLIMSOLL"

# Processes that are killed: the child alone is an error that says so; with the parent the child goes, too.
child_of() {
    for try in $(seq 3000); do
        child=$(ps -o pid= --ppid "$1" | tr -d ' ')
        [ -z "$child" ] || return 0
        sleep 0.02
    done
    return 1
}
"$PLIMSOLL" scan --offline --format json entries.tar.gz >out 2>err &
parent=$!
check "the scan has a child" child_of $parent
child_of $parent
kill -9 "$child"
wait $parent
same "a child that is killed: exit code" 3 $?
check "a child that is killed: said so" grep -q "died of signal 9" err
"$PLIMSOLL" scan --offline --format json entries.tar.gz >out 2>err &
parent=$!
child_of $parent
kill -9 $parent
wait $parent 2>/dev/null
eventually "a parent that is killed takes the child along" \
    sh -c "! ps -o stat= -p $child | grep -qv Z" # nobody may be there to reap it
exits "and leaves the cache in order" 0 scan whole.tar
check "without a word" jq -e '[.notes[].text | select(test("cache"))] | length == 0' out
