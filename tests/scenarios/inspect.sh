#!/bin/sh
# Scan on push with real clients: findings are there after the push, the same as `plimsoll scan` has; new advisories find
# stored images; a policy on pull, quarantine, exceptions; a server that is killed in the middle of it.
. "$(dirname "$0")/lib.sh"
need jq
need python3
need skopeo
clients aws crane
make="$BUILD/tests/tools/make-image"
export HOME="$work/home" DOCKER_CONFIG="$work/docker" XDG_RUNTIME_DIR="$work/run"
mkdir -p "$HOME" "$DOCKER_CONFIG" "$XDG_RUNTIME_DIR"
unset PLIMSOLL_REGISTRY_USER PLIMSOLL_REGISTRY_PASSWORD
cd "$work" || exit 1

# Advisories of Alpine 3.16: secdb WORDS, as JSON members "version": ["CVE"].
advisories() {
    mkdir -p mirror/alpine/v3.16
    printf '{"distroversion":"v3.16","packages":[{"pkg":{"name":"openssl","secfixes":{%s}}}]}' "$1" >mirror/alpine/v3.16/main.json
    "$PLIMSOLL" db update --mirror mirror >/dev/null 2>db.err || { fail "db update"; cat db.err; }
}
advisories '"1.1.1t-r0":["CVE-2023-0286"],"1.1.1u-r0":["CVE-2023-2650"]'

cat >spec <<'SPEC'
image demo:1
config architecture amd64
layer ADD base
text etc/os-release ID=alpine\nVERSION_ID=3.16.9\n
text lib/apk/db/installed P:openssl\nV:1.1.1s-r0\nA:x86_64\no:openssl\n\nP:musl\nV:1.2.3-r0\nA:x86_64\no:musl\n\n
layer COPY big
zeros var/big 3000000
SPEC
for compression in gzip zstd; do
    "$make" --format oci --compression $compression -o "layout-$compression" spec || { fail "make-image"; exit 1; }
done
sed 's/1.1.1s/1.1.1t/' spec >spec-newer
"$make" --format oci -o layout-newer spec-newer
printf '{"default": [{"type": "insecureAcceptAnything"}]}\n' >policy.json

serve
at=127.0.0.1:$port
printf '{"auths": {"%s": {"auth": "%s"}}}\n' "$at" \
    "$(printf %s "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" | base64 -w0)" >docker/config.json
export REGISTRY_AUTH_FILE="$work/docker/config.json"
check "a repository that scans on push" aws ecr create-repository --repository-name app --image-scanning-configuration scanOnPush=true

# findings TAG: "CVE package version" of each, sorted; `status TAG`.
describe() { aws ecr describe-image-scan-findings --repository-name app --image-id "imageTag=$1"; }
status() { describe "$1" 2>/dev/null | jq -r .imageScanStatus.status; }
settled() {
    for _ in $(seq 600); do
        now=$(status "$1")
        [ -n "$now" ] && [ "$now" != IN_PROGRESS ] && [ "$now" != PENDING ] && break
        sleep 0.1
    done
    echo "$now"
}
findings() {
    describe "$1" | jq -r '.imageScanFindings.findings[] | (.attributes | map({(.key): .value}) | add) as $a |
        "\(.name) \($a.package_name) \($a.package_version)"' | sort
}
scanned() { "$PLIMSOLL" scan --format json "$1" | jq -r '.findings[] | "\(.id) \(.package.name // .package) \(.package.version // .version)"' | sort; }

for compression in gzip zstd; do
    check "crane pushes ($compression)" crane push --insecure "layout-$compression" "$at/app:$compression"
    same "its scan is complete ($compression)" COMPLETE "$(settled $compression)"
    same "findings are those of plimsoll scan ($compression)" "$(scanned layout-$compression)" "$(findings $compression)"
done
same "there are two" 2 "$(findings gzip | wc -l)"
check "skopeo pushes" skopeo --policy policy.json copy -q --dest-tls-verify=false oci:layout-newer "docker://$at/app:newer"
same "its scan is complete" COMPLETE "$(settled newer)"
same "findings are those of plimsoll scan" "$(scanned layout-newer)" "$(findings newer)"
check "the waiter ends" timeout 300 aws ecr wait image-scan-complete --repository-name app --image-id imageTag=newer

# New advisories: the server sees them by itself.
advisories '"1.1.1t-r0":["CVE-2023-0286"],"1.1.1u-r0":["CVE-2023-2650"],"1.1.1w-r0":["CVE-2023-9999"]'
for _ in $(seq 600); do findings gzip | grep -q CVE-2023-9999 && break; sleep 0.1; done
for tag in gzip zstd newer; do
    same "after db update, the same as scanning anew ($tag)" "$(scanned layout-$tag)" "$(findings $tag)"
done
check "the audit log tells it" sh -c "'$PLIMSOLL' registry audit --data '$work/data' | grep -q ScanImage"

# Policy on pull.
echo '{"mode": "block", "failOn": "any"}' >pull.json
check "a policy is set" "$PLIMSOLL" registry set pull-policy pull.json --repository app --data data
blocked() { ! crane pull --insecure "$at/app:$1" "blocked-$1.tar" >err 2>&1; }
eventually "a pull is blocked" blocked gzip
check "it says why" grep -q "CVE-2023-" err
cat >except.yaml <<'YAML'
exceptions:
  - id: CVE-2023-*
    package: openssl
    reason: tested against, not reachable
    owner: security@example.com
    expires: 2099-12-31
YAML
check "exceptions are set" "$PLIMSOLL" registry set exceptions except.yaml --repository app --data data
eventually "then it is let through" crane pull --insecure "$at/app:gzip" pulled.tar
same "suppressed findings are not counted" null "$(describe gzip | jq '.imageScanFindings.findingSeverityCounts | if . == {} then null else . end')"
echo '{"mode": "block", "failOn": "dreadful"}' >wrong.json
exits "a policy that nobody understands is refused" 3 "$PLIMSOLL" registry set pull-policy wrong.json --data data

# Quarantine.
digest=$(crane digest --insecure "$at/app:zstd")
check "an image is quarantined" "$PLIMSOLL" registry quarantine app zstd --why "incident 42" --data data
eventually "it cannot be pulled" blocked zstd
check "it says why" grep -q "incident 42" err
check "the others can" crane pull --insecure "$at/app:gzip" pulled.tar
check "it is released" "$PLIMSOLL" registry release app "$digest" --data data
eventually "and can be pulled" crane pull --insecure "$at/app:zstd" pulled.tar

check "the exceptions are taken away" "$PLIMSOLL" registry unset exceptions --repository app --data data

# The server is killed right after a push, before it can have kept a result.
for round in 1 2 3; do
    sed "s/1.1.1s/1.1.1r/; s/image demo:1/image demo:$round/; s/3000000/300000$round/" spec >spec-$round
    "$make" --format oci -o "layout-$round" "spec-$round"
    crane push --insecure "layout-$round" "$at/app:killed-$round" >push.out 2>&1 || fail "push before the kill: $(cat push.out)"
    kill -9 "$pid"
    wait "$pid" 2>/dev/null
    "$PLIMSOLL" serve --data data --listen "$at" >serve.out 2>serve.err &
    pid=$!
    started="$started $pid"
    wait_port "$port"
    same "after kill -9 the scan is made ($round)" COMPLETE "$(settled killed-$round)"
    same "and has what scanning has ($round)" "$(scanned layout-$round)" "$(findings killed-$round)"
done
# As if another version had analysed all of it: it is analysed again by itself.
kill "$pid"
wait "$pid" 2>/dev/null
python3 - data/registry.db <<'EOP'
import re, sqlite3, sys
base = sqlite3.connect(sys.argv[1])
for kind, scope, name, value in base.execute("SELECT * FROM rows WHERE kind IN ('scan', 'inventory')").fetchall():
    old = b"PLIN of another form" if kind == "inventory" else re.sub(rb'"analysis":\d+', b'"analysis":1', bytes(value))
    base.execute("UPDATE rows SET value = ? WHERE kind = ? AND scope = ? AND name = ?", (old, kind, scope, name))
base.execute("UPDATE rows SET value = CAST('1' AS BLOB) WHERE kind = 'inspect' AND name = CAST('analysis' AS BLOB)")
base.commit()
EOP
"$PLIMSOLL" serve --data data --listen "$at" >serve.out 2>serve.err &
pid=$!
started="$started $pid"
wait_port "$port"
for tag in gzip newer; do
    same "what another version analysed is analysed again ($tag)" COMPLETE "$(settled $tag)"
    same "and has what scanning has ($tag)" "$(scanned layout-$tag)" "$(findings $tag)"
done

children() { cut -d' ' -f1 "/proc/$1/task/$1/children"; }
guard=$(children "$pid")
nursery=$(children "${guard:-0}")
check "there is a nursery" grep -q nursery "/proc/${nursery:-0}/comm"
kill -9 "${nursery:-0}"
sed "s/1.1.1s/1.1.1q/; s/image demo:1/image demo:orphan/; s/3000000/3000009/" spec >spec-orphan
"$make" --format oci -o layout-orphan spec-orphan
check "a push after the nursery was killed" crane push --insecure layout-orphan "$at/app:orphan"
same "is scanned all the same" COMPLETE "$(settled orphan)"
same "by another nursery" "$(scanned layout-orphan)" "$(findings orphan)"
nursery=$(children "${guard:-0}")
check "that is there" grep -q nursery "/proc/${nursery:-0}/comm"
kill "$pid"
wait "$pid" 2>/dev/null
eventually "it ends with the server" test ! -e "/proc/${nursery:-0}/comm"
eventually "and its guard" test ! -e "/proc/${guard:-0}/comm"
