# Shared by ship.sh and ship_faults.sh, sourced behind lib.sh: buildah with a store of its own (chroot isolation, vfs), and
# docker-registry at $hub with base:1.0.0, an image with known holes; "clean" beside it is the same one without them.
need buildah
need docker-registry
need skopeo
need jq
python3 -c 'import jsonschema' 2>/dev/null || skip "python3-jsonschema is not installed"
[ -x /bin/busybox ] || skip "busybox-static is not installed"
make_image=$BUILD/tests/tools/make-image
[ -x "$make_image" ] || skip "no make-image in $BUILD"
cd "$work" || exit 1
export HOME="$work/home" XDG_STATE_HOME="$work/state" DOCKER_CONFIG="$work/docker" XDG_RUNTIME_DIR="$work/run"
unset REGISTRY_AUTH_FILE # docker-registry would take it for a setting of its own
export BUILDAH_ISOLATION=chroot CONTAINERS_STORAGE_CONF="$work/storage.conf"
export PLIMSOLL_ENGINE=buildah GIT_CEILING_DIRECTORIES="$work"
unset PLIMSOLL_REGISTRY_USER PLIMSOLL_REGISTRY_PASSWORD PLIMSOLL_FAIL_ON PLIMSOLL_CONFIG SOURCE_DATE_EPOCH
mkdir -p home docker run store
echo '{}' >docker/config.json
printf '[storage]\ndriver = "vfs"\ngraphroot = "%s/store"\nrunroot = "%s/runroot"\n' "$work" "$work" >storage.conf
ship() { "$PLIMSOLL" ship "$@"; }
schema=$here/../../docs/schema
valid() { # WHAT SCHEMA DOCUMENT
    check "$1 is as the schema says" python3 -c 'import json, sys
from jsonschema import Draft202012Validator
schema, document = (json.load(open(name, encoding="utf-8")) for name in sys.argv[1:3])
Draft202012Validator.check_schema(schema)
errors = list(Draft202012Validator(schema).iter_errors(document))
for error in errors[:10]: print("/".join(map(str, error.absolute_path)), error.message[:300])
sys.exit(bool(errors))' "$schema/$2.json" "$3"
}
said() { # WHAT PATTERN: a line of the last output, or of its errors
    if cat "$work/out" "$work/err" | grep -Eq -e "$2"; then ok "$1"; else
        fail "$1: nothing says $2"
        sed 's/^/    /' "$work/out" "$work/err" | head -30
    fi
}
steps() { jq -r '.steps[] | select(.outcome == "passed" or .outcome == "refused" or .outcome == "failed") | .name' "$1" | tr '\n' ' '; }
record() { echo "$work"/state/plimsoll/ship/*/"$1"/record.json; }

# ---- a registry with a base that has known holes
hub=$(free_port)
cat >registry.yml <<YML
version: 0.1
storage: {filesystem: {rootdirectory: $work/registry}}
http: {addr: 127.0.0.1:$hub}
YML
start docker-registry serve registry.yml
wait_port "$hub" || { fail "docker-registry does not listen"; cat "$work"/server.*.log; exit 1; }
printf 'P:libcrypto1.1\nV:1.1.1s-r0\nA:x86_64\no:openssl\nL:OpenSSL\n\n' >installed
printf 'ID=alpine\nVERSION_ID=3.16.2\nPRETTY_NAME="Alpine Linux v3.16"\n' >os-release
{
    printf 'image base:1.0.0\nconfig env PATH=/bin\nlayer ADD root\nfile bin/busybox 0755 < /bin/busybox\n'
    for name in sh cat true; do echo "symlink bin/$name busybox"; done
    echo "file etc/os-release 0644 < $work/os-release"
} >spec
"$make_image" --format oci -o clean spec || { fail "make-image"; exit 1; }
echo "file lib/apk/db/installed 0644 < $work/installed" >>spec
"$make_image" --format oci -o holes spec || { fail "make-image"; exit 1; }
put_base() { skopeo --insecure-policy copy -q --dest-tls-verify=false "oci:$work/$1" "docker://127.0.0.1:$hub/base:1.0.0" >log 2>&1 || { fail "the base cannot be pushed"; cat log; exit 1; }; }
put_base holes
digest() { skopeo inspect --tls-verify=false --format '{{.Digest}}' "docker://$1" 2>&1; }
