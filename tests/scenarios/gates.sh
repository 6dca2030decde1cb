#!/bin/sh
# Exit codes, gates, baselines, exceptions, several reports at once.
. "$(dirname "$0")/lib.sh"
need jq
[ -d "$PLIMSOLL_SHARED/feeds/alpine" ] || skip "no feeds in $PLIMSOLL_SHARED"
purl='pkg:apk/alpine/openssl@1.1.1s-r0?distro=3.16'
other='pkg:apk/alpine/openssl@1.1.1k-r0?distro=3.16'
scan() { "$PLIMSOLL" scan "$@"; }
cd "$work" || exit 1
exits "db update" 0 "$PLIMSOLL" db update --quiet --mirror "$PLIMSOLL_SHARED/feeds" --only alpine,kev,epss,nvd-facts

exits "findings alone are no failure" 0 scan "$purl"
exits "a gate that is met" 1 scan --fail-on any "$purl"
exits "severities" 1 scan --fail-on low "$purl"
exits "a gate that is not" 0 scan --fail-on 'epss>=1' "$purl"
exits "several conditions" 1 scan --fail-on kev,any "$purl"
exits "a misspelt condition" 2 scan --fail-on hihg "$purl"
exits "an unknown format" 2 scan --format xyz "$purl"
exits "two formats for one output" 2 scan --format json --format table "$purl"
exits "no image" 2 scan
exits "two images" 2 scan a.tar b.tar
exits "an image that is not there" 3 scan --offline ./no-such-file.tar
exits "a purl that is none" 2 scan 'pkg:'
printf '# packages\n%s\n\n%s\n' "$purl" 'pkg:apk/alpine/zlib@1.2.12-r1?distro=alpine-3.16' >purls
exits "a file of purls" 1 scan --fail-on any --purls purls
check "purls on standard input" sh -c '"$0" scan --format json --purls - <purls | jq -e ".packages | length == 2"' "$PLIMSOLL"
echo 'openssl 1.1.1s' >bad
exits "a file that holds none" 3 scan --purls bad

exits "two reports at once" 0 scan --format json=a.json --format table "$purl"
check "the file is whole" jq -e '.findings | length >= 4' a.json
exits "nothing is new against its own baseline" 0 scan --fail-on any --baseline a.json "$purl"
exits "an older version has more" 1 scan --fail-on any --baseline a.json "$other"
"$PLIMSOLL" scan --format json --baseline a.json "$other" >new.json
check "and only that is shown" jq -e --slurpfile old a.json \
    '(.findings | map(.id)) - ($old[0].findings | map(.id)) == (.findings | map(.id))' new.json
echo '{}' >empty.json
exits "a baseline that is no report" 3 scan --baseline empty.json "$purl"

id=$(jq -r '.findings[0].id' a.json)
count=$(jq '[.findings[].id] | unique | length' a.json)
jq -r '.findings[].id' a.json | sort -u | while read -r each; do
    printf -- '- id: %s\n  package: openssl\n  reason: a test\n  owner: us\n' "$each"
done >plimsoll.exceptions.yaml
exits "all is excepted" 0 scan --fail-on any "$purl"
"$PLIMSOLL" scan --format json "$purl" >excepted.json
same "excepted findings stay visible" "$(jq '.findings | length' a.json)" "$(jq '.findings | length' excepted.json)"
check "the list names them all" sh -c "\"$PLIMSOLL\" exceptions list | grep -c '^CVE' | grep -qx $count"
exits "export" 0 "$PLIMSOLL" exceptions export
check "as OpenVEX" jq -e ".statements | length == $count" out
mv plimsoll.exceptions.yaml all.yaml
printf -- '- id: %s\n  reason: over\n  expires: 2020-01-01\n- id: CVE-1999-0001\n  reason: unused\n' "$id" >plimsoll.exceptions.yaml
exits "an expired exception counts no more" 1 scan --fail-on any "$purl"
"$PLIMSOLL" scan --format json "$purl" >notes.json
check "expired and unused are named" jq -e '[.notes[].text | select(test("expired|matches nothing"))] | length == 2' notes.json
check "exceptions expiring" sh -c "\"$PLIMSOLL\" exceptions expiring | grep -q '$id'"
check "exceptions unused" sh -c "\"$PLIMSOLL\" exceptions unused '$purl' | grep -q CVE-1999-0001"
mkdir -p deep/er
check "found from below" sh -c "cd deep/er && \"$PLIMSOLL\" exceptions list | grep -q '$id'"
exits "--exceptions names another" 0 scan --fail-on any --exceptions all.yaml "$purl"
printf -- '- id: CVE-1\n  reson: misspelt\n' >plimsoll.exceptions.yaml
exits "a wrong file is wrong usage" 2 scan "$purl"
check "and its line is named" grep -q 'plimsoll.exceptions.yaml:2' err
rm plimsoll.exceptions.yaml
printf '# known\n%s exp:2099-01-01\n' "$id" >.trivyignore
exits "another program's file is not read silently" 1 scan --fail-on any "$purl"
check "but named" grep -q 'exceptions import .trivyignore' err
exits "import" 0 "$PLIMSOLL" exceptions import .trivyignore
check "it is in ours now" grep -q "id: $id" plimsoll.exceptions.yaml
