#!/bin/sh
# plimsoll remedy, its advice followed for real: the edit is written, the image built anew by buildah out of our registry,
# scanned again, and the findings are gone. One part is a stand-in: `apk` in the base is a script that sets versions in the
# package database, since there is no mirror of Alpine here.
. "$(dirname "$0")/lib.sh"
need jq
need python3
need skopeo
need buildah
[ -x /bin/busybox ] || skip "busybox-static is not installed"
make="$BUILD/tests/tools/make-image"
export HOME="$work/home" DOCKER_CONFIG="$work/docker" XDG_RUNTIME_DIR="$work/run" XDG_STATE_HOME="$work/state"
export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs
mkdir -p "$HOME" "$DOCKER_CONFIG" "$XDG_RUNTIME_DIR"
unset PLIMSOLL_REGISTRY_USER PLIMSOLL_REGISTRY_PASSWORD PLIMSOLL_HUB_URL
cd "$work" || exit 1
echo '{}' >docker/config.json
printf '{"default": [{"type": "insecureAcceptAnything"}]}\n' >policy.json
build() { buildah --root "$work/store" --runroot "$work/runroot" "$@"; }

# Advisories: openssl is mended in 1.1.1w, zlib in 1.2.12-r9.
cat >nvd.py <<'PY'
import json
ids = ["CVE-2023-0286", "CVE-2023-2650", "CVE-2024-1111"]
print(json.dumps({"vulnerabilities": [{"cve": {"id": i, "descriptions": [], "metrics": {"cvssMetricV31": [{"source": "nvd@nist.gov",
    "type": "Primary", "cvssData": {"version": "3.1", "vectorString": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "baseScore": 9.8}}]}}}
    for i in ids]}))
PY
python3 nvd.py >nvd.json
"$PLIMSOLL" db facts mirror/nvd nvd.json >/dev/null 2>db.err || { fail "db facts"; cat db.err; }
mkdir -p mirror/alpine/v3.16
cat >mirror/alpine/v3.16/main.json <<'JSON'
{"distroversion":"v3.16","packages":[
{"pkg":{"name":"openssl","secfixes":{"1.1.1t-r0":["CVE-2023-0286"],"1.1.1w-r0":["CVE-2023-2650"]}}},
{"pkg":{"name":"zlib","secfixes":{"1.2.12-r9":["CVE-2024-1111"]}}}]}
JSON
"$PLIMSOLL" db update --mirror mirror --only alpine,nvd-facts >/dev/null 2>db.err || { fail "db update"; cat db.err; }

# Bases: 1.0.0 with old openssl and zlib; 1.0.1 with new openssl; 2.0.0 with both new; other variants that must not be taken.
cat >apk <<'EOF'
#!/bin/sh
# Stands in for apk: `apk upgrade --no-cache NAME…` sets the versions that the mirror of this test would have.
shift 2
for name in "$@"; do
    case $name in libcrypto1.1 | libssl1.1) new=1.1.1w-r0 ;; zlib) new=1.2.12-r9 ;; *) exit 1 ;; esac
    awk -v name="$name" -v new="$new" '/^P:/ { here = substr($0, 3) == name } /^V:/ && here { $0 = "V:" new } { print }' \
        /lib/apk/db/installed >/tmp/new && cat /tmp/new >/lib/apk/db/installed
done
EOF
base() { # OUTPUT OPENSSL ZLIB [CONFIG…]
    {
        printf 'image base:1\nconfig architecture amd64\n'
        [ -z "${4-}" ] || printf 'config %s\n' "$4"
        printf 'layer ADD base\nfile bin/busybox 0755 < /bin/busybox\nfile sbin/apk 0755 < %s/apk\ndir tmp 1777\n' "$work"
        for name in sh awk cat; do printf 'symlink bin/%s busybox\n' "$name"; done
        printf 'text etc/passwd root:x:0:0:root:/:/bin/sh\\nhaproxy:x:99:99::/:/bin/sh\\n\n'
        printf 'text etc/os-release ID=alpine\\nVERSION_ID=3.16.9\\n\n'
        printf 'text lib/apk/db/installed P:libcrypto1.1\\nV:%s\\nA:x86_64\\no:openssl\\n\\nP:libssl1.1\\nV:%s\\nA:x86_64\\no:openssl\\n\\nP:zlib\\nV:%s\\nA:x86_64\\no:zlib\\n\\n\n' "$2" "$2" "$3"
    } >"$1.spec"
    rm -rf "$1"
    "$make" --format oci -o "$1" "$1.spec" || { fail "make-image $1"; exit 1; }
}
serve --no-auth
at=127.0.0.1:$port
push() { skopeo --policy policy.json copy -q --dest-tls-verify=false "oci:$1" "docker://$2" || fail "push $2"; }
base old 1.1.1s-r0 1.2.12-r3 "user haproxy" && push old "$at/haproxy:1.0.0-alpine"
base new 1.1.1w-r0 1.2.12-r3 "user haproxy" && push new "$at/haproxy:1.0.1-alpine"
base next 1.1.1w-r0 1.2.12-r9 "user haproxy" && push next "$at/haproxy:2.0.0-alpine"
for other in 1.0.2-alpine-debug 1.0.3-rc1-alpine 1.9.0 20260101; do push next "$at/haproxy:$other"; done

mkdir -p app/docker
cat >app/docker/Dockerfile <<EOF
ARG VERSION=1.0.0
FROM $at/haproxy:\${VERSION}-alpine
COPY cfg /etc/haproxy.cfg
EOF
echo frontend >app/cfg
cat >app/plimsoll.yaml <<EOF
registry: $at
images:
  - {name: app, dockerfile: docker/Dockerfile, repository: app, base: {policy: minor}}
EOF
rebuild() {
    build bud -q --signature-policy "$work/policy.json" --tls-verify=false --pull-always -t "$at/app:1" -f app/docker/Dockerfile app >build.log 2>&1 &&
        build push -q --signature-policy "$work/policy.json" --tls-verify=false "$at/app:1" >>build.log 2>&1
}
rebuild || { sed 's/^/    /' build.log | tail -5; skip "buildah cannot build here"; }
remedy() { (cd app && "$PLIMSOLL" remedy "$@"); }
found() { "$PLIMSOLL" scan --format json "$at/app:1" | jq -r '[.findings[] | .id] | unique | join(" ")'; }
got() { jq -c "$1" remedy.json; }

same "what is found before" "CVE-2023-0286 CVE-2023-2650 CVE-2024-1111" "$(found)"

# ---- the plan ----
exits "remedy" 1 remedy "$at/app:1" --format json=../remedy.json --format table
cp out table.txt
same "of five findings all are mended" '[5,5]' "$(got '[.total, .mended]')"
same "the base by the Dockerfile, its ARG put in" "\"$at/haproxy:1.0.0-alpine\"" "$(got .base)"
same "the newer base first: it mends most" "[\"base\",\"1.0.1-alpine\",4,1]" "$(got '.steps[0] | [.kind, .tag, .mends, .place]')"
same "then the package that it does not mend" '["packages","apk upgrade --no-cache zlib",1,2]' \
    "$(got '[.steps[] | select(.place > 0)][1] | [.kind, .command, .adds, .place]')"
same "packages alone would mend as much of openssl" '[4,0]' "$(got '.steps[] | select(.title | test("libssl")) | [.mends, .place]')"
same "what policy forbids is told, not planned" '[5,0,"over the policy: --policy major allows it"]' \
    "$(got '.steps[] | select(.tag == "2.0.0-alpine") | [.mends, .place, .note]')"
same "no other variant, pre-release or date was looked at" 2 "$(got '[.steps[] | select(.kind == "base")] | length')"
check "the table says so" grep -q "step 1  *mends 4 of 5  .*haproxy:1.0.0-alpine → 1.0.1-alpine" table.txt
check "with a diff" sh -c 'grep -q "^-ARG VERSION=1.0.0" table.txt && grep -q "^+ARG VERSION=1.0.1" table.txt && grep -q "^+USER root" table.txt'
check "and the commands" sh -c 'grep -q "docker build --pull -t .*/app:1 -f docker/Dockerfile" table.txt && grep -q "plimsoll scan .* --fail-on high" table.txt'
check "nothing was written" grep -q '^ARG VERSION=1.0.0$' app/docker/Dockerfile
if python3 -c 'import jsonschema' 2>/dev/null; then
    cat >valid.py <<'PY'
import json, sys
from jsonschema import Draft202012Validator
schema = json.load(open(sys.argv[1]))
Draft202012Validator.check_schema(schema)
Draft202012Validator(schema).validate(json.load(open(sys.argv[2])))
PY
    check "json is as the schema says" python3 valid.py "$here/../../docs/schema/remedy.json" remedy.json
    jq 'del(.steps[0].mends)' remedy.json >broken.json
    exits "and a step without a count is not" 1 python3 valid.py "$here/../../docs/schema/remedy.json" broken.json
fi

# ---- followed ----
table_edit=$(sed -n '/^--- /,/^ COPY/p' table.txt)
check "its diff is one that patch takes" sh -c 'cd app && printf "%s\n" "$0" | sed "s/^Edit$//" | patch --dry-run -p0 docker/Dockerfile' "$table_edit"
exits "--write" 1 remedy "$at/app:1" --write
same "just those bytes" "ARG VERSION=1.0.1
FROM $at/haproxy:\${VERSION}-alpine
USER root
RUN apk upgrade --no-cache zlib
USER haproxy
COPY cfg /etc/haproxy.cfg" "$(cat app/docker/Dockerfile)"
rebuild || { fail "rebuild"; sed 's/^/    /' build.log | tail -5; }
same "built anew: they are gone" "" "$(found)"
same "and it still runs as the base's user" '"haproxy"' "$(build inspect --type image "$at/app:1" | jq -c .OCIv1.config.User)"

# ---- the base by a label alone; then its tag moves ----
mkdir -p labelled
printf 'FROM %s/haproxy:1.0.0-alpine\nCOPY cfg /etc/haproxy.cfg\n' "$at" >labelled/Dockerfile
cp app/cfg labelled/
build bud -q --signature-policy policy.json --tls-verify=false --label "org.opencontainers.image.base.name=$at/haproxy:1.0.0-alpine" \
    -t "$at/labelled:1" labelled >build.log 2>&1 && build push -q --signature-policy policy.json --tls-verify=false "$at/labelled:1" >>build.log 2>&1 ||
    { fail "the labelled image"; tail -5 build.log; }
exits "a base that a label names" 1 "$PLIMSOLL" remedy "$at/labelled:1" --format json=remedy.json
same "the newer base is found, without an edit" '["1.0.1-alpine",4,null]' "$(got '[.steps[0].tag, .steps[0].mends, .edited]')"
exits "as markdown" 1 "$PLIMSOLL" remedy "$at/labelled:1" --format markdown
check "with what mends" grep -q 'mends 4 of 5' out
push new "$at/haproxy:1.0.0-alpine"
exits "the tag moved" 1 "$PLIMSOLL" remedy "$at/labelled:1" --format json=remedy.json
same "building again mends as much, and is less of a change" '["rebuild",4,1]' "$(got '.steps[0] | [.kind, .mends, .place]')"
exits "major is allowed" 1 "$PLIMSOLL" remedy "$at/labelled:1" --policy major --format json=remedy.json
same "then one step mends all" '["2.0.0-alpine",5,1,5]' "$(got '[.steps[0].tag, .steps[0].mends, .steps[0].place, .mended]')"
exits "packages alone" 1 "$PLIMSOLL" remedy "$at/labelled:1" --no-bases --format json=remedy.json
same "mend all, too" '["packages",5]' "$(got '[.steps[0].kind, .mended]')"

# ---- what nothing mends ----
exits "nothing is left" 0 remedy "$at/app:1"
check "and said" grep -q "0 findings" out

# A vulnerability without any fix: OSV's record of a package of PyPI, by its URL.
mkdir -p osv
printf '{"id":"GHSA-aaaa-bbbb-cccc","modified":"2026-01-01T00:00:00Z","published":"2026-01-01T00:00:00Z","aliases":["CVE-2025-9999"],"summary":"no fix","severity":[{"type":"CVSS_V3","score":"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],"affected":[{"package":{"ecosystem":"PyPI","name":"left"},"ranges":[{"type":"ECOSYSTEM","events":[{"introduced":"0"}]}]}]}' >osv/GHSA-aaaa-bbbb-cccc.json
"$PLIMSOLL" db import osv/PyPI osv/GHSA-aaaa-bbbb-cccc.json >db.out 2>&1 || { fail "db import osv/PyPI"; cat db.out; }
exits "no patch: nothing to plan" 1 "$PLIMSOLL" remedy pkg:pypi/left@1.0 --format json=remedy.json
same "it is drafted" '["CVE-2025-9999","left"]' "$(got '.drafts[0] | [.id, .package]')"
"$PLIMSOLL" remedy pkg:pypi/left@1.0 >log 2>&1
check "the table says how it is drafted" grep -q -- '--draft-exceptions plimsoll.exceptions.yaml --owner NAME' log
exits "a draft needs an owner" 2 "$PLIMSOLL" remedy pkg:pypi/left@1.0 --draft-exceptions drafted.yaml
SOURCE_DATE_EPOCH=1793491200 "$PLIMSOLL" remedy pkg:pypi/left@1.0 --draft-exceptions drafted.yaml --owner "web team" --expires-days 14 >log 2>&1
check "drafted with owner and end" sh -c 'grep -q "owner: \"*web team" drafted.yaml && grep -q "expires: \"*2026-11-15" drafted.yaml && grep -q "CVE-2025-9999" drafted.yaml'
check "a file that the other commands read" "$PLIMSOLL" exceptions list --exceptions drafted.yaml
SOURCE_DATE_EPOCH=1793491200 "$PLIMSOLL" remedy pkg:pypi/left@1.0 --exceptions drafted.yaml >log 2>&1
same "and which then holds" 0 $?
SOURCE_DATE_EPOCH=1793491200 "$PLIMSOLL" remedy pkg:pypi/left@1.0 --exceptions drafted.yaml --draft-exceptions drafted.yaml --owner x >log 2>&1
same "nothing is drafted twice" 1 "$(grep -c CVE-2025-9999 drafted.yaml)"

# ---- what cannot be done ----
exits "no such image" 3 "$PLIMSOLL" remedy "$at/nothing:1"
exits "--write without a Dockerfile" 2 "$PLIMSOLL" remedy pkg:pypi/left@1.0 --write
push old "$at/haproxy:1.0.0-alpine"
cat >pinned <<EOF
FROM $at/haproxy:1.0.0-alpine@$(skopeo inspect --tls-verify=false --format '{{.Digest}}' "docker://$at/haproxy:1.0.0-alpine")
EOF
exits "a base that is pinned by digest is left to update" 3 "$PLIMSOLL" remedy "$at/haproxy:1.0.0-alpine" -f pinned --write
check "and says so" grep -q "plimsoll update --write" err
check "the file is as it was" grep -q '^FROM' pinned
kill "$pid"
wait "$pid" 2>/dev/null
exits "registry away: from an archive, packages alone" 1 "$PLIMSOLL" remedy old -f app/docker/Dockerfile --format json=remedy.json
same "the plan is of packages, and a note says why" '["packages",true]' "$(got '[.steps[0].kind, (.notes | map(test("could not be looked into|tags of")) | any)]')"
