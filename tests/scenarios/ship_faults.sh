#!/bin/sh
# plimsoll ship while things go wrong at the registry and around: refused, busy, broken, away in the middle of a push; a page
# instead of an answer; killed in the middle; an engine that hangs; two images of one repository. Each time it says which step
# and what to type next, what was typed works, and no tag stands for anything that is not there whole.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/ship_world.sh"
need python3
put_base clean
mkdir wire
: >wire/log
proxy=$(free_port)
start python3 "$here/fault_proxy.py" "$proxy" "$hub" "$work/wire"
wait_port "$proxy" || { fail "the proxy does not listen"; exit 1; }
fault() { printf '%s\n' "$*" >"$work/wire/fault"; }
mended() { rm -f "$work/wire/fault"; }
# next_works WHAT: types what the last output advised behind its last ": ".
next_works() {
    advice=$(sed -n 's/^next: .*plimsoll \(ship\|push\|build\) /\1 /p' "$work/out")
    # shellcheck disable=SC2086 # words of a command
    exits "$1: what it advised works: $advice" 0 "$PLIMSOLL" ${advice:-nothing}
}
there() { skopeo inspect --tls-verify=false --format '{{.Digest}}' "docker://127.0.0.1:$hub/$1" 2>/dev/null; }

mkdir app
cd app || exit 1
cat >Dockerfile <<DOCKERFILE
# The smallest thing that answers.
FROM 127.0.0.1:$hub/base:1.0.0
COPY big /srv/big
USER 1000
HEALTHCHECK CMD true
DOCKERFILE
printf 'registry: 127.0.0.1:%s\nimages: [{name: app, gate: {fail-on: []}, test: "true"}]\n' "$proxy" >plimsoll.yaml
release=0
# A release of its own bytes each time, so that there is something to send.
begin() {
    release=$((release + 1))
    head -c 3000000 /dev/urandom >big
}

# ---- refused before anything is built
for status in 401 403; do
    begin
    fault POST uploads $status
    exits "a login that is answered $status" 3 ship --release v1.$release.0
    said "$status is said at login" "login +failed"
    said "$status: nothing was built" "app: login: .*$status"
    mended
    next_works "$status"
done
begin
fault POST uploads 429
exits "a registry that wants to be left alone" 3 ship --release v1.$release.0
said "says until when" "too many requests \(429\).* until 20"
mended

# ---- in the middle of the push
for what in "PUT uploads close" "PUT uploads html" "PUT manifests/1 403" "PUT manifests/1 html" "GET tags/list garbage"; do
    begin
    fault "$what"
    exits "$what" 3 ship --release v1.$release.0
    said "$what: at the step" "(push|tag) +failed"
    same "$what: no tag is there" "" "$(there app:1.$release.0)"
    mended
    next_works "$what"
    check "$what: then it is" [ -n "$(there app:1.$release.0)" ]
    same "$what: and latest is it" "$(there app:1.$release.0)" "$(there app:latest)"
done
begin
fault PUT uploads close 2
exits "a line that breaks twice" 0 ship --release v1.$release.0
begin
fault PUT manifests/sha256- 500
exits "only what is attached cannot be kept" 3 ship --release v1.$release.0
said "says that" "app: push: attaching "
same "no tag leads to what lacks its SBOM" "" "$(there app:1.$release.0)"
mended
next_works "attaching"
same "the image is there, and its tags" "$(there app:1.$release.0)" "$(there app:latest)"

# ---- killed while it pushes: what is half done is gone on with
begin
fault PUT uploads hang
"$PLIMSOLL" ship --release v1.$release.0 >"$work/out" 2>"$work/err" &
pid=$!
for _ in $(seq 600); do
    grep -q "^PUT .*uploads.* hang" "$work/wire/log" && break
    sleep 0.1
done
kill "$pid"
wait "$pid"
same "a signal ends it" 143 "$?"
mended
same "no tag is there" "" "$(there app:1.$release.0)"
exits "the next run goes on" 0 ship --release v1.$release.0
said "without building again" "build +kept"

# ---- several images: the advice ships all of them
begin
mkdir two && cp Dockerfile big two/
printf 'registry: 127.0.0.1:%s\nimages: [{name: app, gate: {fail-on: []}}, {name: two, dockerfile: two/Dockerfile, context: two, gate: {fail-on: []}, test: "test -f ../may"}]\n' "$proxy" >plimsoll.yaml
exits "the second says no" 1 ship --release v1.$release.0
touch ../may
next_works "both"
check "both are there" [ -n "$(there app:1.$release.0)" -a -n "$(there two:1.$release.0)" ]
sed -i 's/name: two/name: two, repository: app/' plimsoll.yaml
exits "two images of one repository" 2 ship --release v9.0.0
said "are told apart from another run" "app and two have one repository"

# ---- mistakes in the file are said with their place
printf 'registry: 127.0.0.1:%s\nimages:\n  - {name: app, dockerfile: nowhere/Dockerfile}\n' "$proxy" >plimsoll.yaml
exits "a Dockerfile that is not there" 2 ship --release v9.0.0
said "its line" "plimsoll.yaml line 3: app: the Dockerfile nowhere/Dockerfile is not here"
rm plimsoll.yaml
mkfifo plimsoll.yaml
exits "a pipe in its place" 2 timeout 300 "$PLIMSOLL" ship --release v9.0.0
rm plimsoll.yaml

ln -s nowhere plimsoll.yaml
exits "a link that leads nowhere" 3 ship --release v9.0.0
said "is told" "the link .*/plimsoll.yaml leads nowhere"
rm plimsoll.yaml
printf 'registry: 127.0.0.1:%s\nimages:\n  - name: app\n    gate: {fail-on: [critcal]}\n' "$proxy" >plimsoll.yaml
exits "a gate that is none" 2 ship --release v9.0.0
said "its line" 'plimsoll.yaml line 3: gate.fail-on of app: .*"critcal"'
printf 'registry: 127.0.0.1:%s\nimages: [{name: app, gate: {fail-on: []}}]\n' "$proxy" >plimsoll.yaml
exits "a digest for a release" 2 ship --release "v9.0.0=sha256:$(printf 'a%.0s' $(seq 64))"
said "says what to write" "write 9\.0\.0$"
cp Dockerfile ../Dockerfile.before
exits "a log in the place of the Dockerfile" 2 ship --release v9.0.0 --log Dockerfile
said "is refused" "that file is there and no log"
check "with the Dockerfile as it was" cmp Dockerfile ../Dockerfile.before

# ---- nothing half done is left where there is no room (a limit on files stands in for the disk)
mkdir ../narrow && cp Dockerfile ../narrow && cd ../narrow || exit 1
exits "no room for plimsoll.yaml" 3 sh -c 'trap "" XFSZ; ulimit -f 0; exec "$0" ship init --registry registry.example' "$PLIMSOLL"
check "leaves none" [ ! -e plimsoll.yaml ]
cd ../app || exit 1
mkdir ../full
cat >../full/buildah <<SH
#!/bin/sh
for last; do :; done
case "\$1 \$last" in
"push oci:"*) echo half >"\${last#oci:}"; echo "Error: writing blob: no space left on device" >&2; exit 125 ;;
esac
exec $(command -v buildah) "\$@"
SH
chmod +x ../full/buildah
exits "no room for the image" 3 env PATH="$work/full:$PATH" "$PLIMSOLL" ship --release v9.0.1
said "says so" "build: saving app:.*no space is left"
same "leaves nothing of it" "" "$(find "$work"/state/plimsoll/ship/*/app/saved -mindepth 1)"

# ---- a link that leads out of the context
printf 'registry: 127.0.0.1:%s\nimages: [{name: app, gate: {fail-on: []}}]\n' "$proxy" >plimsoll.yaml
rm big
ln -s /etc/passwd big
exits "a link out of the context" 3 ship --release v9.0.0
# On a busy machine buildah's helper has died of it before it is asked, and buildah then tells of the pipe, not of the file.
said "says which" "lstat .*\(a file is not in the build context|COPY big .*copier subprocess: write .*broken pipe"
