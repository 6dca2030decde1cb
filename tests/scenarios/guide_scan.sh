#!/bin/sh
# The lines that users copy from the guide and the README, on an image made here, and what they see when they mistype
# them or when the file is not what they think.
. "$(dirname "$0")/lib.sh"
need jq
make_image=$BUILD/tests/tools/make-image
[ -x "$make_image" ] || skip "no make-image in $BUILD"
cd "$work" || exit 1
plimsoll() { "$PLIMSOLL" "$@"; }
# told WHAT CODE PATTERN COMMAND…: ends with just that code, and standard error has one line like that.
told() {
    what=$1 code=$2 pattern=$3
    shift 3
    "$@" >out 2>err </dev/null
    got=$?
    if [ $got = "$code" ] && grep -q "$pattern" err; then
        ok "$what"
    else
        fail "$what: exit $got, not $code, or no \"$pattern\""
        sed 's/^/    /' err | head -10
    fi
}

printf 'ID=alpine\nVERSION_ID=3.16.2\nPRETTY_NAME="Alpine Linux v3.16"\n' >os-release
printf 'P:libcrypto1.1\nV:1.1.1s-r0\nA:x86_64\no:openssl\n\nP:libssl1.1\nV:1.1.1s-r0\nA:x86_64\no:openssl\n\nP:zlib\nV:1.2.12-r3\nA:x86_64\no:zlib\n\n' >installed
cat >spec <<SPEC
image app
config cmd app
layer ADD root
file etc/os-release 0644 < $work/os-release
file lib/apk/db/installed 0644 < $work/installed
SPEC
"$make_image" -o app.tar --tag app:v1 spec || fail "make-image"
known='CVE-2022-4304 CVE-2022-4450 CVE-2023-0215 CVE-2023-0286'

# The lines, with the starter database: a first run without any preparation.
exits "a gate and two reports" 1 plimsoll scan app.tar --fail-on high --format json=scan.json --format table
check "the table names what mends it" grep -q 'openssl 1.1.1s-r0 → 1.1.1t-r0 fixes all 4' out
check "and says whose database it is" grep -q 'starter database' out
same "the file has the four of openssl" "$known" "$(jq -r '[.findings[].id] | unique | join(" ")' scan.json)"
same "and says it too" true "$(jq .database.starter scan.json)"
plimsoll scan --format ecr app.tar | jq -c '.imageScanFindings.findings[] | {severity, name, uri}' >ecr.lines
same "ecr through jq: one a package" 8 "$(wc -l <ecr.lines)"
check "with severity, name and uri" grep -q '^{"severity":"HIGH","name":"CVE-2023-0286","uri":"https://' ecr.lines
exits "explain" 0 plimsoll explain CVE-2023-0286 app.tar
check "gives the comparison" grep -q '1.1.1s-r0 < 1.1.1t-r0' out
check "and the instruction" grep -q 'ADD root' out
exits "explain what is not there" 0 plimsoll explain CVE-2014-0160 app.tar
check "says that it is not reported" grep -q 'CVE-2014-0160 is not reported' out
check "sbom" sh -c '"$0" sbom app.tar >app.cdx.json' "$PLIMSOLL"
check "is CycloneDX" jq -e '.bomFormat == "CycloneDX" and .specVersion == "1.6"' app.cdx.json
exits "the SBOM scanned" 1 plimsoll scan app.cdx.json --fail-on high --format json=again.json
same "has the same findings" "$(jq -c '[.findings[] | [.id, .package.purl]] | sort' scan.json)" \
    "$(jq -c '[.findings[] | [.id, .package.purl]] | sort' again.json)"
purl='pkg:apk/alpine/openssl@1.1.1s-r0?distro=3.16'
exits "a package without an image" 0 plimsoll scan "$purl"
check "has the same four" sh -c 'for id in "$@"; do grep -q "$id" out || exit 1; done' sh $known
printf -- '- id: CVE-2023-0286\n  package: openssl\n  reason: no X.400 here\n  owner: us\n  expires: %s\n- id: CVE-1999-0001\n  reason: gone\n' \
    "$(date -d '+9 days' +%Y-%m-%d)" >plimsoll.exceptions.yaml
exits "exceptions list" 0 plimsoll exceptions list
check "has both" sh -c 'grep -q CVE-2023-0286 out && grep -q CVE-1999-0001 out'
exits "exceptions unused" 0 plimsoll exceptions unused app.tar
check "has the one" sh -c 'grep -q CVE-1999-0001 out && ! grep -q CVE-2023-0286 out'
exits "exceptions expiring" 0 plimsoll exceptions expiring
check "has the other" sh -c 'grep -q CVE-2023-0286 out && ! grep -q CVE-1999-0001 out'
exits "a scan with them" 0 plimsoll scan app.tar
check "shows the excepted one with its reason" grep -q 'CVE-2023-0286  lib.*no X.400 here (us)' out
rm plimsoll.exceptions.yaml
exits "markdown for a pull request" 0 plimsoll scan --format markdown app.tar
check "has the fix in its summary" grep -q '<summary><b>openssl</b> 1.1.1s-r0 → 1.1.1t-r0' out
for width in 60 80 120; do
    COLUMNS=$width plimsoll scan app.tar >out
    same "no line is longer than $width" 0 "$(python3 -c 'import sys
print(sum(len(line.rstrip("\n")) > int(sys.argv[1]) for line in open("out", encoding="utf-8")))' $width)"
done

# Mistyped.
told "a condition" 2 'hihg" is neither a severity nor kev' plimsoll scan --fail-on hihg app.tar
told "a condition forgotten" 2 '"app.tar" is neither a severity' plimsoll scan --fail-on app.tar
told "a format" 2 'no format "jsn"; there are table' plimsoll scan --format jsn app.tar
told "a format forgotten" 2 'no format "app.tar"' plimsoll scan --format app.tar
told "a file name forgotten" 2 'no file name' plimsoll scan --format json= app.tar
told "a level" 2 'is none of: unknown negligible low' plimsoll scan --severity hi app.tar
told "an option" 2 'did you mean --severity' plimsoll scan --severty high app.tar
told "a command" 2 'did you mean "scan"' plimsoll scna app.tar
told "an image forgotten" 2 'no image is given' plimsoll scan
told "an empty name, of a variable that is not set" 2 'no image is given' plimsoll scan ''
told "two images" 2 'one image at a time' plimsoll scan app.tar other.tar
told "a platform that is not there" 3 'is of linux/amd64, not of linux/arm64' plimsoll scan --platform linux/arm64 app.tar
told "explain without an image" 2 'no image is given' plimsoll explain CVE-2023-0286
told "an exceptions command" 2 'did you mean "list"' plimsoll exceptions lst
told "no exceptions here" 3 'no plimsoll.exceptions.yaml here or in a folder above' plimsoll exceptions list
told "a purl that is none" 2 'no name' plimsoll scan pkg:foo
exits "a purl without its distribution" 0 plimsoll scan 'pkg:apk/alpine/openssl@1.1.1s-r0'
check "is not called free of vulnerabilities" sh -c '! grep -q "No known" out && grep -q "distribution is not known" out'

# Files that are not what they should be.
told "no such file" 3 './none.tar: no such file or folder' plimsoll scan --offline ./none.tar
told "no such output folder, before the scan" 3 'json=none/scan.json: none: No such file' plimsoll scan --format json=none/scan.json ./none.tar
mkdir folder
told "a folder as output" 3 'a folder, not a file' plimsoll scan --format json=folder app.tar
told "a full disk" 3 'No space left on device' sh -c '"$0" scan app.tar >/dev/full' "$PLIMSOLL"
: >empty.tar
told "an empty file" 3 'empty.tar: an empty file' plimsoll scan empty.tar
echo 'hello' >text.txt
told "a text" 3 'neither an image archive, nor a layer, nor a JSON SBOM' plimsoll scan text.txt
head -c 70000 /dev/urandom >noise
told "noise" 3 'neither an image archive' plimsoll scan noise
head -c $(($(wc -c <app.tar) / 2)) app.tar >half.tar
told "half an archive" 3 'ends too early' plimsoll scan half.tar
gzip -c app.tar | head -c 500 >half.tar.gz
told "half a compressed archive" 3 'gzip: ends too early' plimsoll scan half.tar.gz
echo '{"a": 1}' >other.json
told "another JSON" 3 'not a CycloneDX document' plimsoll scan other.json
head -c 300 app.cdx.json >half.cdx.json
told "half an SBOM" 3 'JSON line' plimsoll scan half.cdx.json
told "a device" 3 'neither a file nor a folder' plimsoll scan /dev/zero
told "a folder that is no layout" 3 'not an OCI layout' plimsoll scan oci:folder
exits "an empty folder" 0 plimsoll scan folder
check "is not called free of vulnerabilities" grep -q 'No packages were found' out
told "a baseline that is an SBOM" 3 'app.cdx.json: not a json report' plimsoll scan --baseline app.cdx.json app.tar
told "a baseline that is not there" 3 'baseline: opening none' plimsoll scan --baseline none app.tar
told "purls that are none" 3 'text.txt:1: not a package URL' plimsoll scan --purls text.txt
# 20 GB that are not there: read in a moment, since holes are known.
truncate -s 20G huge.tar
exits "twenty gigabytes of nothing" 3 timeout 300 "$PLIMSOLL" scan huge.tar
printf 'P:x\nV:1\n\n' | head -c 12 >big.cdx.json
truncate -s 3G big.cdx.json
exits "three gigabytes of no SBOM" 3 timeout 300 "$PLIMSOLL" scan big.cdx.json
exits "a reader that stops early is no crash" 0 sh -c '"$0" scan app.tar | head -1 >/dev/null' "$PLIMSOLL"
