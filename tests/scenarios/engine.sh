#!/bin/sh
# Images out of engines: podman's service, and exports as several versions of docker make them.
. "$(dirname "$0")/lib.sh"
need python3
open="$BUILD/tests/tools/open-image"
unset XDG_RUNTIME_DIR DOCKER_HOST CONTAINER_HOST
cat >"$work/spec" <<'SPEC'
image demo:1
config architecture amd64
config user app
layer ADD base
text etc/os-release ID=alpine\nVERSION_ID=3.16.9\n
text lib/apk/db/installed P:openssl\nV:1.1.1s-r0\nA:x86_64\no:openssl\n\n
history ENV A=b
layer COPY big
zeros var/big 3000000
layer COPY more
text a b
layer COPY other
text c d
SPEC
"$BUILD/tests/tools/make-image" -o "$work/demo.tar" "$work/spec" || { fail "make-image"; exit 1; }
all_good() { ! grep '^layer' "$work/out" | grep -v ' good$' && [ "$(grep -c ^layer "$work/out")" = 4 ]; }
can_scan() { "$PLIMSOLL" scan --help >/dev/null 2>&1; }
# scanned WHAT: the image of DOCKER_HOST, twice: the second time from the cache, without an export.
scanned() {
    can_scan || return 0
    rm -rf "$PLIMSOLL_CACHE"
    exits "$1: scan" 0 "$PLIMSOLL" scan --format "json=$work/scan.json" demo:1
    check "$1: openssl is found" grep -q 1.1.1s-r0 "$work/scan.json"
    check "$1: and the instruction that brought it" grep -q 'ADD base' "$work/scan.json"
}
wait_file() {
    for _ in $(seq 600); do
        [ -e "$1" ] && return
        sleep 0.1
    done
}

serve --no-scan
"$PLIMSOLL" copy "$work/demo.tar" "127.0.0.1:$port/demo:file" >"$work/log" 2>&1 || { fail "copy of the file"; cat "$work/log"; }
from_file=$(tail -n 1 "$work/log")
# copied WHAT: from the engine into a registry, the same bytes as from the file.
copied() {
    exits "$1: copy" 0 "$PLIMSOLL" copy demo:1 "127.0.0.1:$port/demo:$2"
    # What is compressed already goes as it is, and makes another manifest.
    [ "$1" = store ] || same "$1: is the same image" "$from_file" "$(tail -n 1 "$work/out")"
    exits "$1: and can be scanned there" 0 "$PLIMSOLL" scan "127.0.0.1:$port/demo:$2" --format "json=$work/there.json"
    check "$1: with what is in it" grep -q 1.1.1s-r0 "$work/there.json"
}

for style in old new store shuffled; do
    start python3 "$here/fake_engine.py" "$work/$style.sock" "$style" "$work/demo.tar"
    wait_file "$work/$style.sock"
    export DOCKER_HOST="unix://$work/$style.sock"
    exits "docker, $style export" 0 "$open" daemon demo:1
    check "$style: layers" all_good
    scanned "$style"
    copied "$style" "$style"
    if can_scan; then
        cp "$work/$style.sock.log" "$work/before"
        exits "$style: scan again" 0 "$PLIMSOLL" scan demo:1
        [ $style = store ] || check "$style: known layers need no export" cmp "$work/before" "$work/$style.sock.log"
    fi
done
same "docker since 25 is asked twice, since it packs its blobs sorted" 2 "$(head -n 2 "$work/new.sock.log" | wc -l | tr -d ' ')"
exits "image that the engine has not" 3 "$open" daemon absent:1
check "says so" grep -q 'has no image "absent:1"' "$work/err"
exits "other platform" 3 "$open" daemon demo:1 --platform linux/arm64
start python3 "$here/fake_engine.py" "$work/cut.sock" cut "$work/demo.tar"
wait_file "$work/cut.sock"
DOCKER_HOST="unix://$work/cut.sock"
exits "export that breaks off" 3 timeout 300 "$open" daemon demo:1
DOCKER_HOST="unix://$work/nobody.sock"
exits "socket that is not there" 3 "$open" daemon demo:1
DOCKER_HOST=ssh://somewhere
exits "address that we do not speak" 3 "$open" daemon demo:1
check "says what to do" grep -q 'docker save' "$work/err"
unset DOCKER_HOST

# Debian's dockerd: engine_docker.sh.

need podman
podman() { command podman --root "$work/root" --runroot "$work/run" --storage-driver vfs "$@"; }
podman load -q -i "$work/demo.tar" >"$work/load.log" 2>&1 || skip "podman cannot load images here: $(tail -n 1 "$work/load.log")"
command podman --root "$work/root" --runroot "$work/run" --storage-driver vfs system service -t 0 "unix://$work/podman.sock" \
    >"$work/podman.log" 2>&1 &
started="$started $!"
wait_file "$work/podman.sock"
export CONTAINER_HOST="unix://$work/podman.sock"
exits "podman's service" 0 "$open" daemon demo:1
check "layers" all_good
DOCKER_HOST=$CONTAINER_HOST
export DOCKER_HOST
scanned podman
copied podman podman
exits "podman by its name" 0 "$PLIMSOLL" copy podman:demo:1 "127.0.0.1:$port/other:1"
