#!/bin/sh
# plimsoll audit on real registries: ours by ECR's API and by /v2, Debian's docker-registry; three audits with advisories
# that change in between; a base that moves; a registry that is away; the page in Chromium, the message in Python's parser,
# the guide's own form against aws and jq; two audits at once and one that is killed.
. "$(dirname "$0")/lib.sh"
need jq
need python3
need skopeo
clients aws
make="$BUILD/tests/tools/make-image"
schemas="$here/../../docs/schema"
export HOME="$work/home" DOCKER_CONFIG="$work/docker" XDG_RUNTIME_DIR="$work/run" XDG_STATE_HOME="$work/state"
mkdir -p "$HOME" "$DOCKER_CONFIG" "$XDG_RUNTIME_DIR"
unset PLIMSOLL_REGISTRY_USER PLIMSOLL_REGISTRY_PASSWORD
cd "$work" || exit 1
printf '{"default": [{"type": "insecureAcceptAnything"}]}\n' >policy.json

# advisories SECFIXES: Alpine 3.16; how bad each is says the NVD.
cat >nvd.py <<'PY'
import json
levels = {"C": ("AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 9.8), "H": ("AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 7.5),
          "M": ("AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N", 5.3)}
ids = {"CVE-2023-0286": "C", "CVE-2023-2650": "H", "CVE-2023-5678": "M", "CVE-2024-1111": "C", "CVE-2024-2222": "H"}
print(json.dumps({"vulnerabilities": [{"cve": {"id": i, "descriptions": [{"lang": "en", "value": f"of {i} <b>&\"'"}], "metrics": {
    "cvssMetricV31": [{"source": "nvd@nist.gov", "type": "Primary", "cvssData": {"version": "3.1",
    "vectorString": "CVSS:3.1/" + levels[l][0], "baseScore": levels[l][1]}}]}}} for i, l in ids.items()]}))
PY
python3 nvd.py >nvd.json
"$PLIMSOLL" db facts mirror/nvd nvd.json >/dev/null 2>db.err || { fail "db facts"; cat db.err; }
advisories() {
    mkdir -p mirror/alpine/v3.16
    printf '{"distroversion":"v3.16","packages":[%s]}' "$1" >mirror/alpine/v3.16/main.json
    "$PLIMSOLL" db update --mirror mirror --only alpine,nvd-facts >/dev/null 2>db.err || { fail "db update"; cat db.err; }
}
of() { printf '{"pkg":{"name":"%s","secfixes":{%s}}}' "$1" "$2"; }
first=$(of openssl '"1.1.1t-r0":["CVE-2023-0286"],"1.1.1u-r0":["CVE-2023-2650"],"1.1.1w-r0":["CVE-2023-5678"]')
advisories "$first"

# The base, and two images on it.
layer_base() { printf 'layer ADD base\ntext etc/os-release ID=alpine\\nVERSION_ID=3.16.9\\n\ntext lib/apk/db/installed P:libcrypto1.1\\nV:%s\\nA:x86_64\\no:openssl\\n\\nP:libssl1.1\\nV:%s\\nA:x86_64\\no:openssl\\n\\nP:zlib\\nV:1.2.12-r3\\nA:x86_64\\no:zlib\\n\\n\n' "$1" "$1"; }
spec() { # NAME OPENSSL LABEL…
    printf 'image %s\nconfig architecture amd64\n' "$1"
    version=$2
    shift 2
    for label in "$@"; do printf 'config label %s\n' "$label"; done
    layer_base "$version"
}
image() { "$make" --format oci -o "$1" "$2" || { fail "make-image $1"; exit 1; }; }
spec base:1 1.1.1s-r0 >base.spec && image base base.spec
spec base:1 1.1.1t-r0 >base2.spec && image base2 base2.spec

serve
at=127.0.0.1:$port
printf '{"auths": {"%s": {"auth": "%s"}}}\n' "$at" "$(printf %s "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" | base64 -w0)" >docker/config.json
export REGISTRY_AUTH_FILE="$work/docker/config.json"
for repository in react-app-haproxy react-app-nginx base; do
    aws ecr create-repository --repository-name "$repository" --image-scanning-configuration scanOnPush=true >/dev/null || fail "create-repository"
done
push() { skopeo --policy policy.json copy -q --dest-tls-verify=false "oci:$1" "docker://$2" || fail "push $2"; }
push base "$at/base:1"
{ spec app:1 1.1.1s-r0 "org.opencontainers.image.base.name=$at/base:1" && printf 'layer COPY app\ntext srv/app one\n'; } >haproxy.spec
{ spec app:1 1.1.1t-r0 && printf 'layer COPY app\ntext srv/app two\n'; } >nginx.spec
image haproxy haproxy.spec && image nginx nginx.spec
push haproxy "$at/react-app-haproxy:1.0.0" && push haproxy "$at/react-app-haproxy:latest"
push nginx "$at/react-app-nginx:1.0.0"
audit() { "$PLIMSOLL" audit "$@"; }
day() { date -u -d "$1" +%s; }
total() { jq -c "$1" audit.json; }

# ---- the first audit, by ECR's API ----
export SOURCE_DATE_EPOCH
SOURCE_DATE_EPOCH=$(day 2026-09-01)
exits "the first audit, by names alone (ECR)" 0 audit react-app-haproxy react-app-nginx --format json=audit.json --format table
cp out table.txt
same "newest image of each" '["latest","1.0.0"]' "$(total '[.repositories[].tag]')"
same "and why" '["tag latest","pushed last"]' "$(total '[.repositories[].chosen]')"
same "findings by severity" '[2,4,4]' "$(total '[.by_severity.critical, .by_severity.high, .by_severity.medium]')"
same "those of plimsoll scan" "$("$PLIMSOLL" scan --format json haproxy | jq '.findings | length')" "$(total '.repositories[0].total')"
same "nothing is new at the first audit; critical is due now" '[0,2]' "$(total '[.new, .overdue]')"
same "the base is current" '["current","unknown"]' "$(total '[.repositories[].base.state]')"
same "the update that mends, and where it came from" '["libcrypto1.1, libssl1.1","1.1.1s-r0","1.1.1w-r0",3,true]' \
    "$(total '.repositories[0].updates[0] | [.packages, .from, .to, .mends, .in_base]')"
check "the table has a line for each" sh -c 'grep -q "react-app-haproxy .*latest" table.txt && grep -q "react-app-nginx .*1.0.0" table.txt'
check "and what is overdue" grep -q "CRITICAL  *CVE-2023-0286 .*due now" table.txt
check "the history has a line" [ "$(wc -l <state/plimsoll/audits.jsonl)" = 1 ]

# ---- the second, after new advisories ----
advisories "$first,$(of zlib '"1.2.12-r9":["CVE-2024-1111"],"1.2.12-r5":["CVE-2024-2222"]')"
SOURCE_DATE_EPOCH=$(day 2026-09-05)
exits "the second audit: new findings are a gate" 1 audit react-app-haproxy react-app-nginx --format json=audit.json --fail-on new
same "new ones" '[4,0]' "$(total '[.new, .gone]')"
same "which" '["CVE-2024-1111","CVE-2024-2222"]' "$(total '[.repositories[0].findings[] | select(.new) | .id]')"
same "high has its week yet" '[false]' "$(total '[.repositories[].findings[] | select(.severity == "high") | .overdue] | unique')"

# ---- the third: an image is built anew, the base moves, a deadline passes ----
push base2 "$at/base:1"
{ spec app:1 1.1.1w-r0 && printf 'layer COPY app\ntext srv/app three\n'; } >nginx2.spec
image nginx2 nginx2.spec
push nginx2 "$at/react-app-nginx:1.1.0"
SOURCE_DATE_EPOCH=$(day 2026-09-09)
cat >plimsoll.exceptions.yaml <<'YAML'
- id: CVE-2024-1111
  package: zlib
  image: "*/react-app-nginx:*"
  reason: inflate is not called
  owner: web team
  expires: 2026-09-20
- id: CVE-2020-1
  reason: long ago
  owner: web team
  expires: 2026-09-01
YAML
exits "the third audit: overdue is a gate" 1 audit react-app-haproxy react-app-nginx --format json=audit.json --format html=audit.html \
    --format markdown=audit.md --format mail=audit.eml --mail-to 'Jörg Müller <joerg@example.com>' --mail-to security@example.com \
    --mail-from 'Audit, monthly <audit@example.com>' --format table --fail-on overdue
cp out table.txt
cp audit.json kept.json
same "the newest of nginx is the one pushed last" '"1.1.0"' "$(total '.repositories[1].tag')"
same "its findings of openssl are gone" '["CVE-2023-2650","CVE-2023-5678"]' "$(total '[.repositories[1].gone[].id] | unique')"
same "the base moved" '["moved",true]' "$(total '.repositories[0] | [.base.state, .rebuild]')"
same "high ones of the first audit are over their week, new ones are not" '[["CVE-2023-2650",true],["CVE-2024-2222",false]]' \
    "$(total '[.repositories[0].findings[] | select(.severity == "high") | [.id, .overdue]] | unique')"
same "the excepted one is told, not counted" '[1,"inflate is not called"]' \
    "$(total '.repositories[1] | [.excepted, (.findings[] | select(.exception) | .exception.reason)]')"
same "exceptions that end, or have" '[["CVE-2020-1",-8],["CVE-2024-1111",11]]' "$(total '[.exceptions[] | [.id, .days_left]]')"
same "the trend has three points" '[2,4,3]' "$(total '[.trend[].by_severity.critical]')"
check "the table says what to do" sh -c 'grep -q "base .* moved .*rebuild with --pull" table.txt && grep -q "expired 8 days ago" table.txt'
check "markdown names it" grep -q "CVE-2023-0286" audit.md
SOURCE_DATE_EPOCH=$(day 2026-09-10)
audit react-app-haproxy --since 2026-09-02 --format json=since.json >log 2>&1 || fail "since: $(cat log)"
same "new since another date" '["CVE-2024-1111","CVE-2024-2222"]' "$(jq -c '[.repositories[0].findings[] | select(.new) | .id]' since.json)"
same "and which audit that was" '"2026-09-01T00:00:00Z"' "$(jq -c '.repositories[0].compared' since.json)"
audit react-app-haproxy --deadline high=none,medium=5 --no-history --format json=other.json >log 2>&1
same "other deadlines; without a history all is seen for the first time" '[["critical"],null]' \
    "$(jq -c '[([.repositories[0].findings[] | select(.overdue) | .severity] | unique), .previous]' other.json)"

# ---- the schema, by an independent judge ----
if python3 -c 'import jsonschema' 2>/dev/null; then
    cat >valid.py <<'PY'
import json, sys
from jsonschema import Draft202012Validator
schema = json.load(open(sys.argv[1]))
Draft202012Validator.check_schema(schema)
for name in sys.argv[2:]:
    for problem in list(Draft202012Validator(schema).iter_errors(json.load(open(name))))[:5]:
        sys.exit("%s: %s %s" % (name, "/".join(map(str, problem.absolute_path)), problem.message[:300]))
PY
    check "json is as the schema says" python3 valid.py "$schemas/image-audit.json" audit.json since.json other.json
    jq '.repositories[0].surprise = 1' audit.json >broken.json
    exits "a member that is not described is found" 1 python3 valid.py "$schemas/image-audit.json" broken.json
else
    echo "skip $scenario: python3-jsonschema is not installed"
fi

# ---- the guide's form: what aws and jq print ----
guide() {
    for repository in react-app-haproxy react-app-nginx; do
        echo "=== Scanning $repository ==="
        aws ecr describe-image-scan-findings --repository-name "$repository" --image-id "imageTag=$1" |
            jq '.imageScanFindings.findings[] | select(.severity=="CRITICAL")'
    done
}
aws ecr wait image-scan-complete --repository-name react-app-haproxy --image-id imageTag=1.0.0
for _ in $(seq 600); do [ "$(guide 1.0.0 | grep -c '"name": "CVE-2024-1111"')" = 2 ] && break; sleep 0.2; done
guide 1.0.0 >expected
audit react-app-haproxy react-app-nginx --tag 1.0.0 --findings registry --format guide --exceptions /dev/null --no-history >got 2>log || fail "guide: $(cat log)"
same "--findings registry --format guide is the guide's script" "$(cat expected)" "$(cat got)"
check "which has findings" grep -q '"name": "CVE-2023-0286"' expected
audit react-app-haproxy react-app-nginx --tag 1.0.0 --format guide --exceptions /dev/null --no-history >got 2>log || fail "guide: $(cat log)"
same "with our own scan just the same" "$(cat expected)" "$(cat got)"

# ---- names with a registry: /v2, and all of it ----
exits "by /v2" 0 audit "$at/react-app-nginx" --api registry --no-history --format json=audit.json
same "the highest version, where no time is told" '["1.1.0","highest version"]' "$(total '.repositories[0] | [.tag, .chosen]')"
exits "all of the registry, by its catalogue" 0 audit --all "$at" --api registry --no-history --format json=audit.json
same "three" '["base","react-app-haproxy","react-app-nginx"]' "$(total '[.repositories[].name | sub(".*/"; "")] | sort')"
exits "all of ECR" 0 audit --all --no-history --format json=audit.json
same "three, too" '["base","react-app-haproxy","react-app-nginx"]' "$(total '[.repositories[].name | sub(".*/"; "")] | sort')"

# ---- what is away does not stop the others ----
exits "a repository that is not there, one that is, a registry that is away" 3 audit react-app-nothing react-app-nginx 127.0.0.1:1/app \
    --no-history --format json=audit.json
same "the other is audited" '[2,true,"1.1.0",true]' "$(total '[.failed, (.repositories[0].error | length > 0), .repositories[1].tag, (.repositories[2].error | length > 0)]')"
check "standard error says so" grep -q "react-app-nothing could not be audited" err
exits "a wrong secret" 3 env AWS_SECRET_ACCESS_KEY=wrong-wrong-wrong-wrong-wrong-wrong-wrong "$PLIMSOLL" audit react-app-nginx --no-history
exits "a misspelt gate" 2 audit react-app-nginx --fail-on dreadful
exits "a digest is no repository" 2 audit "$at/app@sha256:$(printf %064d 0)"
exits "a message to nobody" 2 audit react-app-nginx --format mail
exits "a message with a header in its address" 2 audit react-app-nginx --format mail --mail-to "$(printf 'a@b\nBcc: c@d')"

# ---- Debian's docker-registry: other server, no ECR ----
if command -v docker-registry >/dev/null; then
    port2=$(free_port)
    printf 'version: 0.1\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: "127.0.0.1:%s"}\n' "$work/debian" "$port2" >registry.yml
    start env -u REGISTRY_AUTH_FILE docker-registry serve registry.yml # it takes REGISTRY_… for its own settings
    wait_port "$port2" || wait_port "$port2" || { fail "docker-registry does not listen"; cat "server.$$.log"; }
    for tag in 1.9.0 1.10.0 1.11.0-rc1 nightly; do push nginx "127.0.0.1:$port2/team/app:$tag"; done
    exits "docker-registry" 0 audit "127.0.0.1:$port2/team/app" --format json=audit.json --history other.jsonl
    same "its highest release" '"1.10.0"' "$(total '.repositories[0].tag')"
    exits "all of it" 0 audit --all "127.0.0.1:$port2" --format json=audit.json --history other.jsonl
    same "from its catalogue" '["team/app"]' "$(total '[.repositories[].name | sub("^[^/]*/"; "")]')"
else
    echo "skip $scenario: docker-registry is not installed"
fi

# ---- plimsoll.yaml ----
mkdir -p project/docker
printf 'FROM %s/base:1\nCOPY app /srv/app\n' "$at" >project/docker/Dockerfile.nginx
cat >project/plimsoll.yaml <<YAML
registry: $at
images:
  - {name: web, dockerfile: docker/Dockerfile.nginx, repository: react-app-nginx}
audit: {deadlines: {critical: 3, high: 5}, history: kept.jsonl, fail-on: [overdue]}
YAML
(cd project && exits "the images of plimsoll.yaml" 0 "$PLIMSOLL" audit --format json=../audit.json && cat "$work/err")
same "its deadlines, and no exception of the folder above is lost" '[3,5,30]' "$(total '[.deadlines.critical, .deadlines.high, .deadlines.medium]')"
same "the base by the Dockerfile: another than it was built on" '["moved","named by its Dockerfile"]' "$(total '.repositories[0].base | [.state, .text]')"
check "its history" [ -s project/kept.jsonl ]
(cd project && exits "an image by its name" 0 "$PLIMSOLL" audit web --no-history --format json=../audit.json)
same "is its repository" "\"$at/react-app-nginx\"" "$(total '.repositories[0].name')"

# ---- two at once, and one that is killed ----
history=$work/lock.jsonl
python3 - "$history" <<'PY' &
import fcntl, sys, time
file = open(sys.argv[1], "a+")
fcntl.flock(file, fcntl.LOCK_EX)
open(sys.argv[1] + ".held", "w").close()
time.sleep(600)
PY
holder=$!
started="$started $holder"
for _ in $(seq 600); do [ -e "$history.held" ] && break; sleep 0.05; done
exits "a second audit with the same history" 3 audit react-app-nginx --history "$history"
check "says what to do" grep -q "another audit is running" err
kill "$holder"
wait "$holder" 2>/dev/null
exits "then it runs" 0 audit react-app-nginx --history "$history" --format json=audit.json
for wait in 0.02 0.05 0.1 0.2 0.4; do
    "$PLIMSOLL" audit react-app-haproxy react-app-nginx base --history "$history" --no-cache >/dev/null 2>&1 &
    killed=$!
    sleep $wait
    kill -9 $killed 2>/dev/null
    wait $killed 2>/dev/null
done
printf '{"schema":"plimsoll/audit-history/1","time":"2026-09-1' >>"$history"
exits "after kill -9 and half a line" 0 audit react-app-nginx --history "$history" --format json=audit.json
check "the half line is told" sh -c "jq -r '.notes[]' audit.json | grep -q 'no end'"
exits "and cut off" 0 audit react-app-nginx --history "$history" --format json=audit.json
same "nothing is left of it" 0 "$(jq '[.notes[] | select(test("line"))] | length' audit.json)"
check "every line is JSON" sh -c "jq -e .schema '$history' >/dev/null"

# ---- the message ----
cat >mail.py <<'PY'
import email, email.policy, sys
raw = open(sys.argv[1], "rb").read()
message = email.message_from_bytes(raw, policy=email.policy.default)
assert not message.defects, message.defects
to = [(a.display_name, a.addr_spec) for a in message["To"].addresses]
assert to == [("Jörg Müller", "joerg@example.com"), ("", "security@example.com")], to
assert message["From"].addresses[0].display_name == "Audit, monthly", message["From"]
assert message["Subject"].startswith("Image audit: ") and "overdue" in message["Subject"], message["Subject"]
assert message["Date"].datetime.isoformat() == "2026-09-09T00:00:00+00:00", message["Date"]
assert message.get_content_type() == "multipart/alternative"
parts = list(message.iter_parts())
assert [p.get_content_type() for p in parts] == ["text/plain", "text/html"]
assert all(not p.defects for p in parts)
assert "CVE-2023-0286" in parts[0].get_content() and "\x1b" not in parts[0].get_content()
assert "<svg" in parts[1].get_content()
assert max(map(len, raw.split(b"\n"))) <= 78, "long lines"
assert all(b < 128 for b in raw)
PY
check "the message is one that Python's parser takes" python3 mail.py audit.eml

# ---- numbers of one audit agree, however they are written ----
cat >agree.py <<'PY'
import html, json, re
audit, page, marked = json.load(open("audit.json")), open("audit.html").read(), open("audit.md").read()
for one in audit["repositories"]:
    found = one["by_severity"]
    want = [found[s] for s in ("critical", "high", "medium", "low")] + [one["new"], len(one["gone"]), one["overdue"]]
    row = page[page.index('<td class="name">' + html.escape(one["name"])):]
    assert [int(n) for n in re.findall(r'<td class="n">(\d+)', row[:row.index("</tr>")])] == want, (one["name"], want)
    line = next(line for line in marked.splitlines() if line.startswith("| " + one["name"]))
    assert [int(n) for n in re.findall(r"\| (\d+)(?= )", line)][-7:] == want, (line, want)
    held = [f for f in one["findings"] if "exception" not in f]
    assert one["total"] == sum(found.values()) == len(held) and one["overdue"] == sum(f["overdue"] for f in held)
overdue = page[page.index("<h2>Overdue"):]
assert overdue[:overdue.index("</table>")].count("<tr><td") == audit["overdue"]
assert f'{audit["overdue"]} overdue, {audit["new"]} new' in marked
PY
cp kept.json audit.json
check "table of the page, Markdown and JSON" python3 agree.py

# ---- the page ----
if command -v chromium >/dev/null; then
    browse() {
        timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-background-networking \
            --user-data-dir="$work/chromium" --enable-logging=stderr --log-level=0 "$@" 2>"$work/console"
    }
    # Served, so that a request for anything else would be seen.
    cat >pages.py <<'PY'
import functools, http.server, sys
class Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, form, *values):
        open("requests", "a").write(form % values + "\n")
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
PY
    pages=$(free_port)
    start python3 pages.py "$pages"
    wait_port "$pages" || fail "the page's server"
    browse --dump-dom "http://127.0.0.1:$pages/audit.html" >dom || fail "chromium: $(tail -1 console)"
    same "the page asks for nothing else" 1 "$(grep -c GET requests)"
    check "nothing on the console" sh -c '! grep "CONSOLE" console'
    for chart in severities trend age; do
        check "chart $chart is drawn" grep -q "id=\"chart-$chart\"" dom
    done
    same "bars of both repositories" 2 "$(grep -o 'class="label"' dom | wc -l)"
    check "points of the trend" sh -c '[ "$(grep -o "<circle" dom | wc -l)" -ge 15 ]'
    check "texts of advisories are shown, not read" sh -c '! grep -q "<b>&" dom'
    browse --screenshot="$work/light.png" --window-size=1200,1600 "http://127.0.0.1:$pages/audit.html" >/dev/null
    browse --screenshot="$work/dark.png" --window-size=1200,1600 --blink-settings=preferredColorScheme=0 "http://127.0.0.1:$pages/audit.html" >/dev/null
    check "a picture in light" [ -s light.png ]
    check "and another in dark" sh -c '[ -s dark.png ] && ! cmp -s light.png dark.png'
    browse --print-to-pdf="$work/page.pdf" --no-pdf-header-footer "http://127.0.0.1:$pages/audit.html" >/dev/null
    check "it prints" grep -q '^%PDF' page.pdf
    [ -z "${KEEP_PICTURES-}" ] || cp light.png dark.png page.pdf table.txt audit.html "$KEEP_PICTURES"
else
    echo "skip $scenario: chromium is not installed"
fi
