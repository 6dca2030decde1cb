#!/bin/sh
# plimsoll update: which base images have something newer, asked of Docker Hub's API (fake_hub.py, a server of its
# documented shape: the real one cannot be asked in tests), of Debian's docker-registry and of plimsoll serve.
. "$(dirname "$0")/lib.sh"
need jq
need curl
export HOME="$work" DOCKER_HOST=unix:///nonexistent/docker.sock CONTAINER_HOST=unix:///nonexistent/podman.sock
unset XDG_RUNTIME_DIR REGISTRY_AUTH_FILE PLIMSOLL_OFFLINE
hub=$work/hub
mkdir -p "$hub/library" "$work/app/docker"
cd "$work" || exit 1
python3 - "$hub" <<'PYTHON'
import hashlib, json, sys
def tag(name, day, digest=True):
    return {"name": name, "last_updated": f"2026-11-{day:02d}T08:00:00.123456Z", "full_size": 12345678,
            "digest": "sha256:" + hashlib.sha256(name.encode()).hexdigest() if digest else None}
def put(name, tags):
    json.dump(tags, open(f"{sys.argv[1]}/library/{name}.json", "w"))
put("haproxy", [tag("3.3.1-alpine", 1), tag("3.3.2-alpine", 10), tag("3.4-dev1-alpine", 11), tag("3.3.2", 10),
                tag("lts-alpine", 12, False), tag("4.0.0-alpine", 13, False)])
put("nginx", [tag(f"1.29.{n}-alpine", n + 1) for n in range(6)] + [tag(f"1.20.{n}", 1) for n in range(250)])
put("python", [tag("3.12.1-alpine3.18", 1), tag("3.12.2-alpine3.20", 5)])
PYTHON
hub_port=$(free_port)
export PLIMSOLL_HUB_URL=http://127.0.0.1:$hub_port
start python3 "$here/fake_hub.py" "$hub_port" "$hub"
wait_port "$hub_port" || { fail "the hub does not start"; exit 1; }

update() { "$PLIMSOLL" update "$@" 2>err; }
# state QUERY: of the JSON of the last `look`.
look() { update --format json "$@" >found.json || sed 's/^/    /' err; }
state() { jq -r "$1" found.json; }
asked() { grep -c "$1" "$hub/log" 2>/dev/null; }

# ---- the guide ----
guide='.results[0:5] | .[] | {name, last_updated}'
same "update tags prints what the guide's curl and jq print" \
    "$(curl -s "$PLIMSOLL_HUB_URL/v2/repositories/library/haproxy/tags" | jq -c "$guide")" \
    "$(update tags haproxy --last 5 --format jsonl)"
same "and as a table" "4.0.0-alpine 2026-11-13T08:00:00.123456Z" "$(update tags haproxy --last 1 | awk 'NR==2{print $1, $2}')"
exits "a repository that is not there" 3 "$PLIMSOLL" update tags nothing-here
check "is named" grep -q 'library/nothing-here' err err "$work/err"

# ---- finding and choosing ----
pin=sha256:$(printf '%064d' 0)
printf 'FROM haproxy:3.3.1-alpine\nUSER haproxy\n' >app/docker/Dockerfile.haproxy
printf 'ARG NGINX_VERSION=1.29.4\r\nFROM nginx:${NGINX_VERSION}-alpine@%s\r\nFROM scratch\r\nCOPY --from=0 /a /b\r\n' "$pin" \
    >app/docker/Dockerfile.nginx
printf 'services:\n  web:\n    image: nginx:1.29.3-alpine # the front\n  own:\n    image: own:1\n    build: .\n  open:\n    image: x:${V}\n' >app/docker-compose.yml
chmod 640 app/docker/Dockerfile.nginx
rm -f "$hub/log"
look app
same "haproxy" 3.3.2-alpine "$(state '.bases[] | select(.image == "haproxy").newest')"
same "nginx in Dockerfile and compose file" "1.29.5-alpine 1.29.5-alpine" \
    "$(state '[.bases[] | select(.image == "nginx").newest] | join(" ")')"
same "a variable without a default is left alone" "the variable V has no default" \
    "$(state '.bases[] | select(.state == "left-alone").why')"
same "what is built is nobody's to move" 0 "$(state '[.bases[] | select(.now == "1")] | length')"
same "each page was asked for once" "1 3" "$(asked haproxy) $(asked nginx)"
check "the end of a branch is named" grep -q 'nginx 1.29 ended on 2026-05-13' found.json
rm -f "$hub/log"
look app
same "the second run asks whether it changed" "4 0" "$(asked '^304') $(asked '^200')"
rm -f "$hub/log"
look app --offline
same "offline nobody is asked" "3.3.2-alpine " "$(state '.bases[0].newest') $(cat "$hub/log" 2>/dev/null)"
update --why app/docker/Dockerfile.haproxy >why
check "why: a pre-release" grep -q '3.4-dev1-alpine  *a pre-release' why
check "why: another variant" grep -q '3.3.2  *another variant' why
check "why: over the policy" grep -q '4.0.0-alpine  *a longer step' why
look --policy major app/docker/Dockerfile.haproxy
same "policy major" 4.0.0-alpine "$(state '.bases[0].newest')"
look --policy none app/docker/Dockerfile.haproxy
same "policy none" off "$(state '.bases[0].state')"
printf 'FROM python:3.12.1-alpine3.18\n' >app/docker/Dockerfile.python
look app/docker/Dockerfile.python
same "a distribution does not move by itself" "current" "$(state '.bases[0].state')"
check "but it is said" grep -q '3.12.2-alpine3.20 exists, on another release' found.json
check "and that it ended" grep -q 'Alpine Linux 3.18 ended' found.json
look --suffix move app/docker/Dockerfile.python
same "it moves by policy" 3.12.2-alpine3.20 "$(state '.bases[0].newest')"
printf 'images:\n  - name: p\n    dockerfile: docker/Dockerfile.python\n    repository: p\n    base: {policy: patch, suffix: move}\n' >app/plimsoll.yaml
(cd app && update --format json >../found.json)
same "plimsoll.yaml says so for one file" "3.12.2-alpine3.20 patch" \
    "$(state '.bases[] | select(.image == "python") | .newest + " " + .policy')"
rm app/plimsoll.yaml app/docker/Dockerfile.python
mkdir -p built/docker
printf 'images:\n  - name: p\n    dockerfile: docker/Dockerfile\n    build-args: {V: 3.3.0}\n    base: patch\n' >built/plimsoll.yaml
printf 'ARG V=3.3.1\nFROM haproxy:${V}-alpine\n' >built/docker/Dockerfile
(cd built && update --format json --write >../found.json)
same "a build argument of plimsoll.yaml" "3.3.0-alpine 3.3.2-alpine patch" \
    "$(state '.bases[] | select(.where == "build argument") | .now + " " + .newest + " " + .policy')"
same "is written where it stands, and the default too" "    build-args: {V: 3.3.2} ARG V=3.3.2" \
    "$(sed -n 4p built/plimsoll.yaml) $(head -1 built/docker/Dockerfile)"

for columns in 20 40 70 110; do
    COLUMNS=$columns update --no-pins app/docker >narrow
    check "on a terminal of $columns columns no row is longer" \
        python3 -c 'import sys; rows = open("narrow").read().split("\n\n")[0]; sys.exit(max(map(len, rows.splitlines())) > int(sys.argv[1]))' $columns
    check "and no newest tag is lost" sh -c 'tr -d " \n" <narrow | grep -q 3.3.2-alpine'
done

# ---- exit codes ----
exits "newer is no failure" 0 "$PLIMSOLL" update app
exits "--check" 1 "$PLIMSOLL" update --check app
exits "--fail-on outdated" 1 "$PLIMSOLL" update --fail-on outdated app
printf 'FROM x:${V}\n' >loose
exits "what nobody knows is not outdated" 0 "$PLIMSOLL" update --check loose
exits "a path that is not there" 3 "$PLIMSOLL" update nowhere
mkfifo pipe
exits "a pipe that nobody writes to" 2 timeout 300 "$PLIMSOLL" update pipe
mkdir piped && mkfifo piped/Dockerfile piped/.env
printf 'services:\n  a:\n    build: {context: ., args: {V: 1}}\n' >piped/compose.yaml
exits "nor pipes that a compose file leads to" 0 timeout 300 "$PLIMSOLL" update piped
exits "no policy" 2 "$PLIMSOLL" update --policy all app

# ---- faults ----
printf 'FROM haproxy:3.3.1-alpine\n' >one
rm -rf cache
echo 2 >"$hub/fail"
look one
same "failures are tried again" newer "$(state '.bases[0].state')"
rm -rf cache
echo '0 1' >"$hub/limit"
look one
same "a rate limit is waited for" newer "$(state '.bases[0].state')"
rm -rf cache
echo '0 3000' >"$hub/limit"
exits "or it stops" 3 "$PLIMSOLL" update one
check "and says until when" grep -q 'asked to wait until 20' err err "$work/err"
rm -rf cache
echo 'http://127.0.0.1:1' >"$hub/elsewhere"
printf 'FROM nginx:1.29.1-alpine\n' >two
look two
same "the next page on another host is not followed" 1.29.5-alpine "$(state '.bases[0].newest')"
check "and that is said" grep -q 'on another host (127.0.0.1:1)' found.json
rm -rf cache
echo 'https://hub.docker.com' >"$hub/elsewhere"
rm -f "$hub/log"
look two
same "who passes on what Docker Hub says is asked itself" "3" "$(asked nginx)"
rm "$hub/elsewhere"
rm -rf cache
: >"$hub/cycle"
exits "a page that names itself as the next" 3 "$PLIMSOLL" update two
check "is not asked for a thousand times" grep -q 'names itself as its next page' "$work/err"
rm "$hub/cycle"
rm -rf cache
echo "me pass-word-of-mine library/haproxy" >"$hub/private"
exits "a private repository without a login" 3 "$PLIMSOLL" update one
mkdir -p .docker
printf '{"auths":{"https://index.docker.io/v1/":{"auth":"%s"}}}\n' "$(printf me:pass-word-of-mine | base64)" >.docker/config.json
look one
same "is found with docker's" 3.3.2-alpine "$(state '.bases[0].newest')"
rm -rf cache
rm -f "$hub/log"
exits "a hub of another name" 3 env PLIMSOLL_HUB_URL="http://$(hostname):$hub_port" "$PLIMSOLL" update one
check "is not told the password" sh -c '! grep -q auth/token "$0"' "$hub/log"
printf '{"auths":{"https://index.docker.io/v1/":{"auth":"%s"}}}\n' "$(printf me:another-word | base64)" >.docker/config.json
exits "a login that is refused" 3 "$PLIMSOLL" update one
check "is said to be" grep -q 'the login of .*docker/config.json is refused (401)' "$work/err"
check "and no secret" sh -c '! grep -q another-word "$0"' "$work/err"
rm -rf .docker "$hub/private" cache
exits "nothing kept" 3 "$PLIMSOLL" update --offline --cache "$work/none" one
PLIMSOLL_HUB_URL=http://127.0.0.1:1 exits "nobody there" 3 "$PLIMSOLL" update one
printf 'services: [\n' >app/compose.yaml
look app
same "a broken file is said, the others are read" "1 3" "$(state '[(.notes | length), ([.bases[] | select(.newest)] | length)] | join(" ")')"
exits "--fail-on unknown" 1 "$PLIMSOLL" update --fail-on unknown app
rm app/compose.yaml

# ---- writing ----
mkdir shared
printf 'ARG V=1.29.4\nFROM nginx:${V}-alpine\nFROM haproxy:${V}-alpine\n' >shared/Dockerfile
look shared
same "an ARG of two images is left alone" "left-alone" "$(state '.bases[0].state')"
check "with the reason" grep -q 'used by two images' found.json
exec 8<app/docker/Dockerfile.haproxy
if command -v flock >/dev/null; then
    flock 8
    exits "two updates at once" 3 "$PLIMSOLL" update --write app
    same "and nothing was written" 1.29.4 "$(sed -n 's/^ARG NGINX_VERSION=\(.*\).$/\1/p' app/docker/Dockerfile.nginx)"
fi
exec 8<&-
: >"$hub/hold"
(
    until [ -e "$hub/held" ]; do sleep 0.05; done # it has read the file by now
    printf '# before\nFROM haproxy:3.3.1-alpine\n' >one
    rm "$hub/hold"
) &
exits "a file that changed meanwhile" 3 "$PLIMSOLL" update --write one
wait $!
check "is refused" grep -q 'changed meanwhile' "$work/err"
same "and stays" "# before" "$(head -1 one)"
cp -r app before
exits "--write --dry-run" 0 "$PLIMSOLL" update --write --dry-run app
check "writes nothing" diff -r before app
check "and shows what it would" sh -c 'grep -q "^-ARG NGINX_VERSION=1.29.4" "$0" && grep -q "^+ARG NGINX_VERSION=1.29.5" "$0"' "$work/out"
exits "--write" 0 "$PLIMSOLL" update --write app
new=sha256:$(printf 1.29.5-alpine | sha256sum | cut -d' ' -f1)
printf 'ARG NGINX_VERSION=1.29.5\r\nFROM nginx:${NGINX_VERSION}-alpine@%s\r\nFROM scratch\r\nCOPY --from=0 /a /b\r\n' "$new" >expected
check "just those bytes, the pin too" cmp expected app/docker/Dockerfile.nginx
same "the mode stays" 640 "$(stat -c %a app/docker/Dockerfile.nginx)"
same "the compose file" "    image: nginx:1.29.5-alpine # the front" "$(sed -n 3p app/docker-compose.yml)"
look app
same "then all is current" 0 "$(state '.changes | length')"

mkdir many
for n in $(seq 1200); do printf 'ARG V=3.3.1\nFROM haproxy:${V}-alpine AS a\nFROM haproxy:${V}-alpine\n' >many/Dockerfile.$n; done
exits "1,200 files at once" 0 "$PLIMSOLL" update --write --no-pins many
same "are written" "1200 0" "$(cat many/* | grep -c 'ARG V=3.3.2') $(cat many/* | grep -c 'ARG V=3.3.1')"

# ---- other registries, and what an update brings ----
command -v docker-registry >/dev/null && command -v skopeo >/dev/null || skip "docker-registry and skopeo are not installed"
make_image=$BUILD/tests/tools/make-image
[ -x "$make_image" ] || skip "no make-image in $BUILD"
printf 'ID=alpine\nVERSION_ID=3.16.2\nPRETTY_NAME="Alpine Linux v3.16"\n' >os-release
for version in 1.1.1s-r0 1.1.1w-r1; do
    printf 'P:libcrypto1.1\nV:%s\nA:x86_64\no:openssl\nL:OpenSSL\n\nP:zlib\nV:1.2.12-r3\nA:x86_64\no:zlib\n\n' $version >"installed-$version"
done
image() { # TAG VERSION USER
    printf 'image app:%s\nconfig user %s\nconfig cmd app\nlayer ADD root\nfile etc/os-release 0644 < %s/os-release\nfile lib/apk/db/installed 0644 < %s/installed-%s\n' \
        "$1" "$3" "$work" "$work" "$2" >spec
    "$make_image" --format oci -o "layout-$1" spec || fail "make-image"
}
image 1.0.0 1.1.1s-r0 root
image 1.0.1 1.1.1w-r1 app
push() { # HOST SOURCE TAG, more options
    host=$1 from=$2 to=$3
    shift 3
    skopeo copy -q --dest-tls-verify=false "$@" "oci:$work/$from" "docker://$host/team/app:$to" >push.out 2>&1 || {
        fail "skopeo: $(cat push.out)"
        exit 1
    }
}
# registry_has NAME HOST: versions, a pin, and what it brings.
registry_has() {
    mkdir -p "$1"
    printf 'FROM %s/team/app:1.0.0\n' "$2" >"$1/Dockerfile"
    look --brings "$1"
    same "$1: the newest of /v2/…/tags/list" "1.0.1" "$(state '.bases[0].newest')"
    same "$1: both images were compared" true "$(state '.changes[0].brings.compared')"
    same "$1: packages" "libcrypto1.1 1.1.1s-r0 1.1.1w-r1" "$(state '.changes[0].brings.packages[] | .name + " " + .before + " " + .after')"
    same "$1: settings" "USER root app" "$(state '.changes[0].brings.settings[] | .name + " " + .before + " " + .after')"
    same "$1: vulnerabilities fixed, and none new" "true 0" "$(state '.changes[0].brings | "\((.fixed | length) > 0) \(.new | length)"')"
    update --format markdown "$1" >markdown
    check "$1: Markdown has it" grep -q 'libcrypto1.1 | 1.1.1s-r0 | 1.1.1w-r1' markdown
    old=$(skopeo inspect --tls-verify=false --format '{{.Digest}}' "docker://$2/team/app:1.0.0")
    new=$(skopeo inspect --tls-verify=false --format '{{.Digest}}' "docker://$2/team/app:1.0.1")
    printf 'FROM %s/team/app:1.0.0@%s\n' "$2" "$old" >"$1/Dockerfile"
    exits "$1: --write of a pin" 0 "$PLIMSOLL" update --write "$1"
    same "$1: tag and digest" "FROM $2/team/app:1.0.1@$new" "$(cat "$1/Dockerfile")"
    printf 'FROM %s/team/app:stable@%s\n' "$2" "$old" >"$1/Dockerfile"
    exits "$1: a name's digest follows it" 0 "$PLIMSOLL" update --write "$1"
    same "$1: the tag stays" "FROM $2/team/app:stable@$new" "$(cat "$1/Dockerfile")"
    printf 'FROM %s/team/app:1.0.0\n' "$2" >"$1/Dockerfile"
    same "$1: update tags" "1.0.1 -" "$(update tags "$2/team/app" --last 1 | awk 'NR==2{print $1, $2}')"
}
port=$(free_port)
cat >registry.yml <<EOS
version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: $work/registry}}
http: {addr: 127.0.0.1:$port}
EOS
start docker-registry serve registry.yml
wait_port "$port" || { fail "docker-registry does not start"; exit 1; }
for tag in 1.0.0 1.0.1; do push "127.0.0.1:$port" layout-$tag $tag; done
push "127.0.0.1:$port" layout-1.0.1 stable
registry_has docker-registry "127.0.0.1:$port"

# ---- a pin of several platforms is their index, not one platform's image ----
multi=127.0.0.1:$port/team/multi type=application/vnd.oci.image
mkdir -p multi
for tag in 1.0.0 1.0.1; do
    skopeo copy -q --dest-tls-verify=false "oci:layout-$tag" "docker://$multi:of-$tag" || fail "skopeo"
    skopeo inspect --tls-verify=false --raw "docker://$multi:of-$tag" >child
    jq -nc --arg digest "sha256:$(sha256sum <child | cut -d' ' -f1)" --argjson size "$(wc -c <child)" --arg type $type \
        '{schemaVersion: 2, mediaType: ($type + ".index.v1+json"), manifests: [("amd64", "arm64") as $for |
          {mediaType: ($type + ".manifest.v1+json"), digest: $digest, size: $size, platform: {os: "linux", architecture: $for}}]}' >"index-$tag"
    curl -sf -X PUT -H "Content-Type: $type.index.v1+json" --data-binary "@index-$tag" \
        "http://127.0.0.1:$port/v2/team/multi/manifests/$tag" || fail "an index is refused"
done
of_index() { printf 'sha256:%s' "$(sha256sum <"index-$1" | cut -d' ' -f1)"; }
printf 'FROM %s:1.0.0@%s\n' "$multi" "$(of_index 1.0.0)" >multi/Dockerfile
exits "--write of an index's pin" 0 "$PLIMSOLL" update --write multi
same "the pin is the new index" "FROM $multi:1.0.1@$(of_index 1.0.1)" "$(cat multi/Dockerfile)"

serve
mkdir -p .docker
printf '{"auths":{"127.0.0.1:%s":{"auth":"%s"}}}\n' "$port" \
    "$(printf '%s:%s' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" | base64 -w0)" >.docker/config.json
export REGISTRY_AUTH_FILE="$work/.docker/config.json"
"$PLIMSOLL" registry create team/app >/dev/null 2>&1 || aws ecr create-repository --repository-name team/app >/dev/null 2>&1
for tag in 1.0.0 1.0.1; do push "127.0.0.1:$port" layout-$tag $tag; done
push "127.0.0.1:$port" layout-1.0.1 stable
registry_has plimsoll-serve "127.0.0.1:$port"

# ---- the schema ----
python3 -c 'import jsonschema' 2>/dev/null || skip "python3-jsonschema is not installed"
cat >validate.py <<'PYTHON'
import json, sys
from jsonschema import Draft202012Validator
schema, document = (json.load(open(name, encoding="utf-8")) for name in sys.argv[1:3])
Draft202012Validator.check_schema(schema)
errors = list(Draft202012Validator(schema).iter_errors(document))
for error in errors[:10]:
    print("/".join(map(str, error.absolute_path)), error.message[:300])
sys.exit(bool(errors))
PYTHON
look --why --brings before docker-registry shared
check "the JSON is as the schema says" python3 validate.py "$here/../../docs/schema/update.json" found.json
update tags haproxy --format json >tags.json
check "update tags too" python3 validate.py "$here/../../docs/schema/update-tags.json" tags.json
