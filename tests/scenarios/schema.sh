#!/bin/sh
# What scan --format json really writes, against docs/schema/scan-1.json, by an independent validator.
. "$(dirname "$0")/lib.sh"
need jq
python3 -c 'import jsonschema' 2>/dev/null || skip "python3-jsonschema is not installed"
make_image=$BUILD/tests/tools/make-image
[ -x "$make_image" ] || skip "no make-image in $BUILD"
schema=$here/../../docs/schema/scan-1.json
cd "$work" || exit 1

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
valid() { check "$1 is as the schema says" python3 validate.py "$schema" "$2"; }
# scanned WHAT ARGUMENTS…: the report of a scan is valid.
scanned() {
    what=$1
    shift
    rm -f report.json
    "$PLIMSOLL" scan --format json=report.json "$@" >log 2>&1
    [ -s report.json ] && valid "$what" report.json || { fail "$what: no report"; sed 's/^/    /' log; }
}

printf 'ID=alpine\nVERSION_ID=3.16.2\nPRETTY_NAME="Alpine Linux v3.16"\n' >os-release
printf 'P:libcrypto1.1\nV:1.1.1s-r0\nA:x86_64\no:openssl\nL:OpenSSL\n\nP:zlib\nV:1.2.12-r1\nA:x86_64\no:zlib\n\n' >installed
cat >spec <<SPEC
image app
config cmd app
layer ADD root
file etc/os-release 0644 < $work/os-release
file lib/apk/db/installed 0644 < $work/installed
SPEC
[ ! -x /usr/sbin/haproxy ] || printf 'layer COPY haproxy\nfile usr/local/sbin/haproxy 0755 < /usr/sbin/haproxy\n' >>spec
"$make_image" -o app.tar --tag app:v1 spec || fail "make-image"
mkdir -p root/etc root/lib/apk/db empty
cp os-release root/etc/
cp installed root/lib/apk/db/
tar -C root -cf layer.tar .
gzip -c layer.tar | head -c 300 >cut.tar.gz
purl='pkg:apk/alpine/openssl@1.1.1s-r0?distro=3.16'

inputs() {
    scanned "$1: an archive" app.tar
    scanned "$1: a folder" root
    scanned "$1: an empty folder" empty
    scanned "$1: a package" "$purl"
    scanned "$1: packages of other kinds" --purls purls
    scanned "$1: with exceptions" --exceptions exceptions.yaml app.tar
    scanned "$1: with a baseline" --baseline baseline.json app.tar
    scanned "$1: without those of no fix" --ignore-unfixed --severity high app.tar
    "$PLIMSOLL" sbom app.tar >app.cdx.json 2>log && scanned "$1: an SBOM" app.cdx.json
}
printf '%s\n' 'pkg:pypi/django@3.2' 'pkg:golang/golang.org/x/net@v0.1.0' 'pkg:deb/debian/zlib1g@1:1.2.13.dfsg-1?distro=debian-12' \
    'pkg:generic/nginx@1.22.1' 'pkg:hex/phoenix@1.0' >purls
printf -- '- id: CVE-2023-0286\n  package: openssl\n  reason: "no \\"X.400\\" <here>"\n  owner: us\n  expires: 2099-01-01\n- id: CVE-1999-1\n  reason: x\n' \
    >exceptions.yaml
"$PLIMSOLL" scan --format json=baseline.json "$purl" 2>log
inputs "starter database"
if [ -d "$PLIMSOLL_SHARED/feeds/alpine" ]; then
    "$PLIMSOLL" db update --quiet --mirror "$PLIMSOLL_SHARED/feeds" --only alpine,kev,epss,nvd-facts,osv,eol >log 2>&1
    inputs "feeds"
else
    echo "skip $scenario: no feeds in $PLIMSOLL_SHARED"
fi
scanned "a layer" layer.tar
scanned "a layer that ends too early" cut.tar.gz
check "and that is told" jq -e '.partial and (.notes | length > 0)' report.json
[ ! -s "$here/../data/report/scan.json" ] || {
    jq '.version = "0"' "$here/../data/report/scan.json" >sample.json
    valid "the sample of the unit tests" sample.json
}
for other in db-search db-status explain lint; do
    [ ! -s "$here/../../docs/schema/$other.json" ] ||
        check "the schema $other is one" python3 -c 'import json, sys
from jsonschema import Draft202012Validator
Draft202012Validator.check_schema(json.load(open(sys.argv[1])))' "$here/../../docs/schema/$other.json"
done
schema=$here/../../docs/schema/tag-plan.json
for release in 1.1.9 v1.3.0 1.3.0-rc1 1.2.0; do
    "$PLIMSOLL" tag plan --existing 1.2.0,1.2,1,latest --release "$release" --keep-v --format json >plan.json 2>log
    valid "a plan of tags for $release" plan.json
done
schema=$here/../../docs/schema/dockerfile.json
unread=0
for form in "$here"/../data/lint/forms/*.Dockerfile; do
    "$PLIMSOLL" dockerfile parse "$form" >dockerfile.json 2>log || unread=$((unread + 1))
    jq -c . dockerfile.json >>dockerfiles.json
done
check "most Dockerfiles are parsed" [ "$unread" -lt 30 ]
jq -s . dockerfiles.json >many.json
jq '{"$schema": ."$schema", "$defs": (."$defs" + {"file": del(."$schema", ."$defs")}), "type": "array", "minItems": 200,
    "items": {"$ref": "#/$defs/file"}}' "$schema" >many-schema.json
check "Dockerfiles are as the schema says" python3 validate.py many-schema.json many.json
jq '.[0].instructions[0].start = 0' many.json >broken.json
exits "an instruction without a line is found" 1 python3 validate.py many-schema.json broken.json
schema=$here/../../docs/schema/scan-1.json
# A validator that finds nothing would be no test.
jq 'del(.findings[0].id)' sample.json >broken.json
exits "a report without an id is found" 1 python3 validate.py "$schema" broken.json
jq '.surprise = 1' sample.json >broken.json
exits "a member that is not described is found" 1 python3 validate.py "$schema" broken.json
