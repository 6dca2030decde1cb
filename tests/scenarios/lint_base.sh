#!/bin/sh
# lint asks a registry for base images: what they set is known, kept for a day, and not asked for with --offline.
. "$(dirname "$0")/lib.sh"
need docker-registry
need skopeo
need jq
export HOME="$work" DOCKER_HOST=unix:///nonexistent/docker.sock CONTAINER_HOST=unix:///nonexistent/podman.sock
unset XDG_RUNTIME_DIR REGISTRY_AUTH_FILE PLIMSOLL_OFFLINE
cat >"$work/spec" <<'SPEC'
image app:1
config user 1234
config workdir /srv
config env JAVA_HOME=/opt/java
layer ADD base
text etc/os-release ID=alpine\nVERSION_ID=3.22.1\n
SPEC
"$BUILD/tests/tools/make-image" --format oci -o "$work/layout" "$work/spec" || { fail "make-image"; exit 1; }
port=$(free_port)
cat >"$work/registry.yml" <<EOS
version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: $work/registry}}
http: {addr: 127.0.0.1:$port}
EOS
start docker-registry serve "$work/registry.yml"
wait_port "$port" || { fail "docker-registry does not start"; exit 1; }
skopeo copy -q --dest-tls-verify=false "oci:$work/layout" "docker://127.0.0.1:$port/app:1" >"$work/push.out" 2>&1 ||
    { fail "skopeo: $(cat "$work/push.out")"; exit 1; }

mkdir "$work/project"
cd "$work/project" || exit 1
printf 'FROM 127.0.0.1:%s/app:1\nWORKDIR sub\nRUN echo "$HOME" | cat\nCMD ["app"]\n' "$port" >Dockerfile
rules() {
    "$PLIMSOLL" lint Dockerfile --no-shellcheck --format json --fail-on none "$@" 2>"$work/err" >"$work/found.json" ||
        sed 's/^/    /' "$work/err"
    jq -r '[.findings[].rule] | unique | join(" ")' "$work/found.json"
}
has() { case " $2 " in *" $3 "*) ok "$1" ;; *) fail "$1: $2" ;; esac; }
hasnt() { case " $2 " in *" $3 "*) fail "$1: $2" ;; *) ok "$1" ;; esac; }

found=$(rules --offline)
has "offline: nobody knows the base's user" "$found" missing-user
check "offline: nothing was asked for" test ! -d "$PLIMSOLL_CACHE/bases"
found=$(rules)
hasnt "the base sets a user" "$found" missing-user
check "kept" sh -c "grep -l '\"user\":\"1234\"' '$PLIMSOLL_CACHE'/bases/*.json"
check "with the digest that the registry gave" sh -c "grep -l 'sha256:' '$PLIMSOLL_CACHE'/bases/*.json"

kill "$pid"
wait "$pid" 2>/dev/null
started=
hasnt "known without the registry" "$(rules)" missing-user
hasnt "and offline" "$(rules --offline)" missing-user
touch -d '2 days ago' "$PLIMSOLL_CACHE"/bases/*.json
has "for a day" "$(rules)" missing-user
printf 'x' >"$(ls "$PLIMSOLL_CACHE"/bases/*.json)"
has "a damaged file is no answer" "$(rules)" missing-user

"$BUILD/tests/tools/make-image" --format oci-archive -o "$work/project/base.tar" "$work/spec" 2>"$work/err" ||
    "$BUILD/tests/tools/make-image" --format docker -o "$work/project/base.tar" "$work/spec" || exit 1
printf 'FROM oci-archive:base.tar\nCMD ["app"]\n' >Dockerfile
hasnt "an archive, as buildah takes it" "$(rules)" missing-user

# An engine that has the image answers where the registry of its name does not.
need python3
sed 's/^image app:1$/image demo:1/' "$work/spec" >"$work/engine.spec"
"$BUILD/tests/tools/make-image" -o "$work/demo.tar" "$work/engine.spec" || { fail "make-image for the engine"; exit 1; }
start python3 "$here/fake_engine.py" "$work/engine.sock" new "$work/demo.tar"
for _ in $(seq 600); do
    [ -e "$work/engine.sock" ] && break
    sleep 0.1
done
export DOCKER_HOST="unix://$work/engine.sock" https_proxy=http://127.0.0.1:1 HTTPS_PROXY=http://127.0.0.1:1
printf 'FROM demo:1\nCMD ["app"]\n' >Dockerfile
hasnt "an engine knows it" "$(rules)" missing-user
check "and its layers were left where they are" sh -c "! grep -q . '$work/engine.sock.log' 2>/dev/null"
