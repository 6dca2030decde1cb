#!/bin/sh
# comply: rows proven by the image, its Dockerfile and configuration; asked, answered, and never assumed.
. "$(dirname "$0")/lib.sh"
need jq
make_image=$BUILD/tests/tools/make-image
[ -x "$make_image" ] || skip "no make-image in $BUILD"
cd "$work" || exit 1
export PLIMSOLL_OFFLINE=1 SOURCE_DATE_EPOCH=1795000000

mkdir docker
cat >docker/Dockerfile.haproxy <<'DOCKERFILE'
FROM haproxy:3.3.1-alpine
COPY docker/haproxy.cfg /usr/local/etc/haproxy/haproxy.cfg
# Ports above 1024, since it does not run as root.
EXPOSE 8080
# The proxy answers for itself, without a backend.
HEALTHCHECK CMD wget -qO- http://127.0.0.1:8080/health || exit 1
# The account of the base image.
USER haproxy
DOCKERFILE
cat >docker/haproxy.cfg <<'CONFIGURATION'
defaults
    mode http
    timeout connect 5s
    timeout client 30s
    timeout server 30s

frontend www
    bind :8080
    monitor-uri /health
    default_backend app

backend app
    server app 127.0.0.1:3000 check
CONFIGURATION
cat >app.spec <<'SPEC'
image react-app-haproxy:1.2.0
config user haproxy
config healthcheck wget -qO- http://127.0.0.1:8080/health || exit 1
layer COPY haproxy.cfg /
text etc/os-release ID=alpine\nVERSION_ID=3.20.3\n
text lib/apk/db/installed P:busybox\nV:9.99.0-r0\nA:x86_64\no:busybox\n\n
text etc/passwd root:x:0:0:root:/root:/bin/sh\nhaproxy:x:99:99::/:/sbin/nologin\n
SPEC
sed 's/haproxy:1.2.0/haproxy:latest/; s/^config user.*/config user root/; s/^config healthcheck.*//' app.spec >bad.spec
printf 'text root/.ssh/id_rsa key\n' >>bad.spec
for name in app bad; do "$make_image" -o $name.tar $name.spec || fail "make-image $name"; done

comply() { "$PLIMSOLL" comply --format json -f docker/Dockerfile.haproxy "$@"; }
state() { jq -r --arg row "$1" '.rows[] | select(.id == $row) | .state' "$2"; }

comply --image app.tar >open.json 2>err
same "open rows are not passed" 1 "$?"
for row in trusted-base no-secrets non-root-user health-check tag-scheme documented; do
    same "$row is proven" pass "$(state $row open.json)"
done
check "the health check is traced to its endpoint" \
    jq -e '.rows[] | select(.id == "health-check") | .how | test("haproxy.cfg:9") and test("monitor-uri")' open.json
same "the starter database proves nothing" fail "$(state no-severe-findings open.json)"
same "a review is asked for" open "$(state scan-reviewed open.json)"
same "so are tests" open "$(state tested open.json)"

# What a health check asks, and what it makes of the answer.
checked() { # COMMAND
    { cat app.spec; printf 'config env PORT=8080\n'; } | sed "s|^config healthcheck.*|config healthcheck $1|" >checked.spec
    "$make_image" -o checked.tar checked.spec
    comply --image checked.tar 2>err | jq -r '.rows[] | select(.id == "health-check") | "\(.state) \(.how)"'
}
for command in 'wget -q --spider 127.0.0.1:8080/health' 'curl -f http://localhost:${PORT}/health' 'curl -f http://localhost:8080/health#x' \
    'test "$(curl -s http://localhost:8080/health)" = ok' 'curl -f http://a:hunter2@localhost:8080/health?key=hunter2'; do
    same "traced: $command" pass "$(checked "$command" | cut -d ' ' -f 1)"
done
for command in 'curl http://localhost:8080/health' 'curl -s http://localhost:8080/health \&\& exit 0' 'true' 'exit 0' \
    'curl -f http://localhost:8080/health; exit 0' 'curl -f http://example.com/health' 'curl -f http://localhost:80/health'; do
    same "proves nothing: $command" fail "$(checked "$command" | cut -d ' ' -f 1)"
done
same "a variable that nobody knows is asked about" open "$(checked 'curl -f http://localhost:${OTHER}/health' | cut -d ' ' -f 1)"
check "what may be secret in a URL is not shown" sh -c "! echo '$(checked 'curl -f http://a:hunter2@localhost:8080/health?key=hunter2')' | grep hunter2"

# What lint --fix adds is what this row wants.
sed '/^HEALTHCHECK/d; s/:3.3.1-alpine/:3.3.1/' docker/Dockerfile.haproxy >docker/Dockerfile.mended
"$PLIMSOLL" lint --fix --only missing-healthcheck --no-shellcheck --context . docker/Dockerfile.mended >log 2>&1
same "the health check that --fix adds is traced" pass \
    "$("$PLIMSOLL" comply --format json -f docker/Dockerfile.mended 2>err | jq -r '.rows[] | select(.id == "health-check") | .state')"

# The row and the rule uncommented-configuration are one.
printf 'FROM scratch\n# why\nUSER 1\nRUN x\nEXPOSE 80\nSTOPSIGNAL 3\nCMD ["x"]\n' >said.Dockerfile
exits "what the rule finds" 1 "$PLIMSOLL" lint --only uncommented-configuration --fail-on style --no-context said.Dockerfile
check "the row counts, too" sh -c '"$PLIMSOLL" comply --format json -f said.Dockerfile | jq -e ".rows[] | select(.id == \"documented\") | .how | test(\"2 of 3 have no comment, the first in line 5: EXPOSE\")"'

exits "an answer needs a name" 2 comply --image app.tar --answer tested=yes
exits "and a row" 2 comply --image app.tar --by Ann --answer nonsense=yes
exits "that can be answered" 2 comply --image app.tar --by Ann --answer no-secrets=yes
exits "all of them, or none is recorded" 2 comply --image app.tar --by Ann --answer tested=yes --answer tested=maybe
same "so nothing was recorded" "" "$(cat plimsoll.compliance.yaml 2>/dev/null)"
: >build.txt
"$PLIMSOLL" comply --format json -f build.txt >empty.json 2>err
same "-f names a Dockerfile, whatever it is called, and an empty one proves nothing" 1 "$?"
exits "and an image" 2 comply --by Ann --answer tested=yes
comply --image app.tar --by 'Ann "A." Example' --note 'run: #7' --answer tested=yes --answer scan-reviewed=no >answered.json 2>err
same "an answer proves" pass "$(state tested answered.json)"
same "so does a no" fail "$(state scan-reviewed answered.json)"
check "with who and when" jq -e '.rows[] | select(.id == "tested") | .by == "Ann \"A.\" Example" and (.at | startswith("2026-11-18"))' answered.json
comply --image bad.tar >bad.json 2>err
same "an answer is about one image" open "$(state tested bad.json)"
SOURCE_DATE_EPOCH=1799000000 comply --image app.tar >later.json 2>err
same "and not for ever" open "$(state tested later.json)"
for row in no-secrets non-root-user health-check tag-scheme; do
    same "$row fails" fail "$(state $row bad.json)"
done
same "another base is not trusted" fail "$(comply --image app.tar --trusted 'registry.example/*' 2>err | jq -r '.rows[0].state')"

digest=$("$PLIMSOLL" comply --format json --image bad.tar 2>err | jq -r .image.digest)
statement() {
    printf '{"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"app","digest":{"sha256":"%s"}}],"predicateType":"https://in-toto.io/attestation/test-result/v0.1","predicate":{"result":"%s"}}' "$1" "$2"
}
statement "${digest#sha256:}" PASSED >passed.json
statement "${digest#sha256:}" FAILED >failed.json
statement 0000 PASSED >other.json
printf '{"payloadType":"application/vnd.in-toto+json","payload":"%s","signatures":[]}' "$(base64 -w0 passed.json)" >envelope.json
for file in passed.json envelope.json; do
    same "$file attests" pass "$(comply --image bad.tar --attestation $file 2>err | jq -r '.rows[] | select(.id == "tested") | .state')"
done
for file in failed.json other.json; do
    comply --image bad.tar --attestation $file >out.json 2>err
    same "$file does not" open "$(state tested out.json)"
    check "and that is told" jq -e '.notes | length == 1' out.json
done
printf '{' >broken.json
exits "a broken attestation" 3 comply --image bad.tar --attestation broken.json

sed -i 's/monitor-uri .*//' docker/haproxy.cfg
comply --image app.tar >untraced.json 2>err
same "a health check that nothing answers fails" fail "$(state health-check untraced.json)"
for format in table markdown html; do
    "$PLIMSOLL" comply --image app.tar -f docker/Dockerfile.haproxy --list guide,cis --format $format >out.$format 2>err
    check "$format has both lists" grep -q 'CIS Docker Benchmark' out.$format
done
check "markdown is a checklist" grep -q '^- \[x\] \*\*Non-root user configured' out.markdown
check "the page is whole" grep -q '</html>' out.html
python3 -c 'import jsonschema' 2>/dev/null && for file in open answered bad; do
    check "$file.json is as the schema says" python3 -c 'import json, sys
from jsonschema import Draft202012Validator
schema, document = (json.load(open(name)) for name in sys.argv[1:3])
Draft202012Validator.check_schema(schema)
Draft202012Validator(schema).validate(document)' "$here/../../docs/schema/comply.json" $file.json
done
exits "nothing to look at" 2 "$PLIMSOLL" comply
exits "an absent Dockerfile" 3 "$PLIMSOLL" comply -f absent

# What could not be read, or is not known, proves nothing.
head -c 5000 /dev/urandom >binary.Dockerfile
"$PLIMSOLL" comply --format json -f binary.Dockerfile >binary.json 2>err
same "a binary file proves no row" 0 "$(jq '[.rows[] | select(.state == "pass")] | length' binary.json)"
row() { # DOCKERFILE ROW
    printf "$1" >row.Dockerfile
    "$PLIMSOLL" comply --format json --list guide,cis -f row.Dockerfile 2>err | jq -r --arg row "$2" '.rows[] | select(.id == $row) | .state'
}
same "no FROM is no trusted base" fail "$(row 'RUN true\n' trusted-base)"
same "nor is an image that COPY takes from elsewhere" fail "$(row 'FROM alpine:3.20\nCOPY --from=evil.example/tools /a /b\n' trusted-base)"
same "stages, numbers and trusted images are fine" pass \
    "$(row 'FROM alpine:3.20 AS build\nFROM alpine:3.20\nCOPY --from=BUILD /a /b\nCOPY --from=0 /a /b\nCOPY --from=nginx:1.29 /a /b\n' trusted-base)"
same "scratch has no base" pass "$(row 'FROM scratch\n' trusted-base)"
same "a USER that nobody knows is no proof" fail "$(row 'FROM alpine:3.20\nARG ID\nUSER ${ID}\n' non-root-user)"
same "uid 000 is root" fail "$(row 'FROM alpine:3.20\nUSER 000:1\n' non-root-user)"
same "set-id files are looked for in an image" open "$(row 'FROM alpine:3.20\n' cis-setid)"
"$PLIMSOLL" comply -f docker/Dockerfile.haproxy absent.cfg >out 2>err
check "a configuration that is not there is told" grep -q 'absent.cfg' err
