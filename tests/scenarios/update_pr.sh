#!/bin/sh
# plimsoll update --pr and --issue, the whole way: files, tags (fake_hub.py, of Docker Hub's documented shape), branch and
# commit by git over HTTP, the forge (forge_server.py, which checks each request), images from plimsoll serve.
. "$(dirname "$0")/lib.sh"
need git
need jq
need curl
need python3
export HOME="$work" GIT_CONFIG_NOSYSTEM=1 DOCKER_HOST=unix:///nonexistent/docker.sock
export LSAN_OPTIONS="$LSAN_OPTIONS:fast_unwind_on_malloc=0" # see lsan.supp
unset XDG_RUNTIME_DIR REGISTRY_AUTH_FILE PLIMSOLL_OFFLINE GH_TOKEN GITHUB_TOKEN
token=t0ken-of-the-test
mkdir -p "$work/hub/library"
cd "$work" || exit 1
tags() { # NAME TAG…
    name=$1
    shift
    printf '%s\n' "$@" | jq -R '{name: ., last_updated: "2026-11-10T08:00:00Z", full_size: 1, digest: null}' |
        jq -s . >"$work/hub/library/$name.json"
}
tags haproxy 3.3.1-alpine 3.3.2-alpine
tags nginx 1.29.3 1.29.4
hub_port=$(free_port)
export PLIMSOLL_HUB_URL=http://127.0.0.1:$hub_port
start python3 "$here/fake_hub.py" "$hub_port" "$work/hub"
wait_port "$hub_port"

git init -q --bare -b main web.git && git --git-dir web.git config http.receivepack true
git init -q -b main web && cd web || exit 1
git config user.name Ada && git config user.email ada@example.org
mkdir docker
printf 'FROM haproxy:3.3.1-alpine\n' >docker/Dockerfile
printf 'services:\n  web:\n    image: nginx:1.29.3\n' >compose.yaml
git add . && git commit -qm first && git push -q ../web.git main
forge_port=$(free_port)
git remote add origin "http://127.0.0.1:$forge_port/acme/web.git"
start python3 "$here/../tools/forge_server.py" github "$forge_port" "$work/web.git" $token
wait_port "$forge_port"
export GITHUB_TOKEN=$token PLIMSOLL_FORGE=github PLIMSOLL_FORGE_URL=http://127.0.0.1:$forge_port/api
update() { "$PLIMSOLL" update --no-brings "$@"; }
state() { curl -s "http://127.0.0.1:$forge_port/_control/state" | jq -r "$1"; }
fresh() { rm -rf "$PLIMSOLL_CACHE"; }
schema() {
    python3 -c 'import jsonschema' 2>/dev/null || return
    check "$1: as the schema says" python3 -c 'import json, sys, jsonschema
jsonschema.validate(json.load(open(sys.argv[1])), json.load(open(sys.argv[2])))' "$work/out" "$here/../../docs/schema/update-pulls.json"
}

exits "--pr --dry-run" 0 update --pr --dry-run
check "says what would be opened" grep -q '^would open  *Update haproxy from 3.3.1-alpine to 3.3.2-alpine' "$work/out"
same "and opens nothing" 0 "$(state '.pulls | length')"
(
    unset GITHUB_TOKEN
    exits "without a token" 3 update --pr
    check "says which" grep -q 'set GITHUB_TOKEN or GH_TOKEN' "$work/err"
)
exits "--pr" 0 update --pr --format json
same "two are opened" "opened plimsoll/haproxy-3.3|opened plimsoll/nginx-1.29" \
    "$(jq -r '.pulls[] | .action + " " + .branch' "$work/out" | sort | paste -sd'|')"
schema "--pr"
same "the working tree is as it was" "" "$(git status --porcelain)"
same "the compose file's line is another" "+    image: nginx:1.29.4" \
    "$(git --git-dir ../web.git diff main plimsoll/nginx-1.29 | grep '^+[^+]')"
exits "again" 0 update --pr --format json
same "changes nothing" "unchanged unchanged" "$(jq -r '[.pulls[].action] | join(" ")' "$work/out")"
tags haproxy 3.3.1-alpine 3.3.2-alpine 3.3.7-alpine
fresh
exits "a newer tag" 0 update --pr docker
same "moves the one" "Update haproxy from 3.3.1-alpine to 3.3.7-alpine|Update nginx from 1.29.3 to 1.29.4" \
    "$(state '[.pulls[] | select(.open) | .title] | sort | join("|")')"
# What was merged is current; its pull request is closed by a run over everything, not by one over a folder.
printf 'FROM haproxy:3.3.7-alpine\n' >docker/Dockerfile
git commit -qam merged && git push -q ../web.git main
exits "a run over a folder" 0 update --pr --format json docker
same "closes nothing of others" 2 "$(state '[.pulls[] | select(.open)] | length')"
exits "a run over all" 0 update --pr --format json
same "closes what is done" "closed plimsoll/haproxy-3.3|unchanged plimsoll/nginx-1.29" \
    "$(jq -r '.pulls[] | .action + " " + .branch' "$work/out" | sort | paste -sd'|')"
# A registry that does not answer says nothing of what is done.
mkdir other && printf 'FROM 127.0.0.1:1/app:1.0\n' >other/Dockerfile
printf 'services:\n  web:\n    image: nginx:1.29.4\n' >compose.yaml
update --pr --format json >"$work/out" 2>"$work/err"
same "nothing is closed while an image cannot be asked" 1 "$(state '[.pulls[] | select(.open)] | length')"
git checkout -q . && rm -r other
printf 'update: {group: true}\n' >plimsoll.yaml
exits "update.group" 0 update --pr --format json
same "is one for all, and the single one is closed" "closed plimsoll/nginx-1.29|opened plimsoll/updates" \
    "$(jq -r '.pulls[] | .action + " " + .branch' "$work/out" | sort | paste -sd'|')"
rm plimsoll.yaml
# Pinned packages; a mirror that is away says nothing of what is done.
mkdir -p "$work/mirror/debian/dists/bookworm/main/binary-amd64"
printf 'Package: curl\nVersion: 7.88.1-10+deb12u12\n\n' |
    gzip -c >"$work/mirror/debian/dists/bookworm/main/binary-amd64/Packages.gz"
mirror_port=$(free_port)
start python3 -m http.server -b 127.0.0.1 -d "$work/mirror" "$mirror_port"
wait_port "$mirror_port"
printf 'FROM debian:bookworm\nRUN apt-get install -y curl=7.88.1-10+deb12u5\n' >docker/Dockerfile
echo '[{"name": "bookworm", "last_updated": "2026-11-10T08:00:00Z", "full_size": 1, "digest": null}]' >"$work/hub/library/debian.json"
git commit -qam pinned && git push -q ../web.git main
PLIMSOLL_DEBIAN_MIRROR=http://127.0.0.1:$mirror_port/debian
export PLIMSOLL_DEBIAN_MIRROR
exits "a pinned package" 0 update --pr --format json
same "has a pull request of its own" "opened plimsoll/package-curl-7.88" \
    "$(jq -r '.pulls[] | select(.branch | contains("package")) | .action + " " + .branch' "$work/out")"
same "with its line" "+RUN apt-get install -y curl=7.88.1-10+deb12u12" \
    "$(git --git-dir ../web.git diff main plimsoll/package-curl-7.88 | grep '^+[^+]')"
(
    PLIMSOLL_DEBIAN_MIRROR=http://127.0.0.1:1/debian
    rm -rf "$PLIMSOLL_CACHE/packages"
    update --pr --format json >"$work/out" 2>"$work/err"
)
same "which stays while the mirror is away" 1 "$(state '[.pulls[] | select(.open and (.branch | contains("package")))] | length')"
same "nothing was against the description" "" "$(state '.wrong[]')"

# ---- issues ----
make=$BUILD/tests/tools/make-image
[ -x "$make" ] || skip "make-image is not built"
need skopeo
cd "$work" || exit 1
mkdir -p mirror/debian
cat >mirror/debian/tracker.json <<'JSON'
{"tar": {
  "CVE-2026-1001": {"description": "one|with \u0060bars\u0060", "releases": {"bookworm": {"status": "open", "urgency": "high", "repositories": {"bookworm": "1.34"}}}},
  "CVE-2026-1002": {"description": "fixed", "releases": {"bookworm": {"status": "resolved", "urgency": "high", "fixed_version": "1.35", "repositories": {"bookworm": "1.34"}}}}}}
JSON
"$PLIMSOLL" db update --quiet --mirror mirror --only debian >db.out 2>&1 || { fail "db update"; cat db.out; }
printf '{"default": [{"type": "insecureAcceptAnything"}]}\n' >policy.json
printf 'image base:1.0\nconfig architecture amd64\nlayer ADD base\ntext etc/os-release ID=debian\\nVERSION_ID="12"\\nVERSION_CODENAME=bookworm\\n\ntext var/lib/dpkg/status Package: tar\\nStatus: install ok installed\\nVersion: 1.34+dfsg-1\\nArchitecture: amd64\\n\\n\n' >base.spec
"$make" --format oci -o base base.spec
serve
mkdir -p docker-config
printf '{"auths": {"127.0.0.1:%s": {"auth": "%s"}}}\n' "$port" \
    "$(printf %s "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" | base64 -w0)" >docker-config/config.json
export DOCKER_CONFIG="$work/docker-config" REGISTRY_AUTH_FILE="$work/docker-config/config.json"
skopeo --policy policy.json copy -q --dest-tls-verify=false oci:base "docker://127.0.0.1:$port/base:1.0" >skopeo.out 2>&1 ||
    { fail "push"; cat skopeo.out; }
mkdir -p web/issue && printf 'FROM 127.0.0.1:%s/base:1.0\n' "$port" >web/issue/Dockerfile
cd web || exit 1
exits "--issue" 0 update --issue --issue-severity high --format json issue
same "is opened" "opened 127.0.0.1-$port/base-1.0" \
    "$(jq -r '.issues[] | .action + " " + (.title | sub("Findings without a fix in "; ""))' "$work/out")"
schema "--issue"
check "with a table" sh -c "curl -s http://127.0.0.1:$forge_port/_control/state | jq -r '.issues[0].body' | grep -q '^| .*CVE-2026-1001.*tar.*1.34+dfsg-1'"
exits "again" 0 update --issue --issue-severity high --format json issue
same "nothing is doubled" "unchanged 1" "$(jq -r '.issues[].action' "$work/out") $(state '.issues | length')"
exits "when none is worth one" 0 update --issue --issue-severity unknown --format json issue
same "it is closed" "closed false" "$(jq -r '.issues[].action' "$work/out") $(state '.issues[0].open')"
mkdir two && printf 'FROM 127.0.0.1:%s/base:1.0\nCOPY --from=127.0.0.1:%s/base:2.0 /a /b\n' "$port" "$port" >two/Dockerfile
skopeo --policy ../policy.json copy -q --dest-tls-verify=false oci:../base "docker://127.0.0.1:$port/base:1.1" >/dev/null 2>&1
exits "an image that cannot be scanned" 3 update --issue --issue-severity high --format json two
check "is said" grep -q 'base:2.0' "$work/err"
same "the other one has its issue" "opened" "$(jq -r '.issues[].action' "$work/out")"
same "nothing was against the description here either" "" "$(state '.wrong[]')"
