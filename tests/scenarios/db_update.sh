#!/bin/sh
# db update from a mirror over HTTP: conditional requests, a feed cut in the middle, a mirror that is away, two updates
# at once, kill -9, a full disk; db import, status, search, facts.
. "$(dirname "$0")/lib.sh"
need python3
mirror=$work/mirror
mkdir -p "$mirror/alpine/v3.16" "$mirror/kev" "$mirror/epss" "$mirror/osv/Go"

secdb() {
    printf '{"distroversion":"v3.16","packages":[{"pkg":{"name":"openssl","secfixes":{"%s":["%s"]}}}]}\n' "$1" "$2" \
        >"$mirror/alpine/v3.16/main.json"
}
secdb 1.1.1t-r0 CVE-2023-0286
echo '{"distroversion":"v3.16","packages":[]}' >"$mirror/alpine/v3.16/community.json"
echo '{"dateReleased":"2026-08-07","vulnerabilities":[{"cveID":"CVE-2023-0286","dateAdded":"2026-01-01","dueDate":"2026-02-01"}]}' \
    >"$mirror/kev/known_exploited_vulnerabilities.json"
printf 'cve,epss,percentile\nCVE-2023-0286,0.5,0.9\n' | gzip -n >"$mirror/epss/epss.csv.gz"
python3 - "$mirror/osv/Go/all.zip" <<'EOF'
import json, sys, zipfile
record = {"id": "GO-1", "aliases": ["CVE-2023-1"], "summary": "a hole", "affected": [
    {"package": {"ecosystem": "Go", "name": "example.org/m"},
     "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.2.3"}]}]}]}
with zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("GO-1.json", json.dumps(record))
EOF
find "$mirror" -type f -exec touch -d '2026-01-01' {} +

serve() {
    port=$(free_port)
    (cd "$mirror" && exec python3 -m http.server --bind 127.0.0.1 "$port") >"$work/http.log" 2>&1 &
    pid=$!
    started="$started $pid"
    wait_port "$port" || { fail "the mirror does not start"; exit 1; }
    url=http://127.0.0.1:$port
}
serve
knows() { "$PLIMSOLL" db search "$1" | grep -q "$2"; }
outcome() { awk -v feed="$1" '$1 == feed { print $2 }' "$work/out"; }

exits "update over HTTP" 0 "$PLIMSOLL" db update --mirror "$url/"
same "alpine is new" updated "$(outcome alpine)"
same "osv/Go is new" updated "$(outcome osv/Go)"
same "feeds that the mirror has not are no failure" "" "$(outcome debian)"
check "and are named" grep -q '^the mirror does not have: .*debian.*nvd' "$work/out"
check "its advisories are there" knows CVE-2023-0286 'apk:alpine:3.16'
check "and OSV's" knows CVE-2023-1 'example.org/m'

: >"$work/http.log"
exits "update again" 0 "$PLIMSOLL" db update --mirror "$url"
same "alpine has not changed" unchanged "$(outcome alpine)"
same "all five files were asked for conditionally" 5 "$(grep -c '" 304 ' "$work/http.log")"
same "nothing was sent twice" 0 "$(grep -c '" 200 ' "$work/http.log")"

secdb 1.1.1u-r0 CVE-2023-9999
exits "update after one file changed" 0 "$PLIMSOLL" db update --mirror "$url"
same "alpine is new again" updated "$(outcome alpine)"
same "kev is not" unchanged "$(outcome kev)"
check "the new advisory is there" knows CVE-2023-9999 1.1.1u-r0
mkdir -p "$work/stale"
printf '{"dateReleased":"2020-01-01T00:00:00Z","vulnerabilities":[{"cveID":"CVE-2020-1","dateAdded":"2020-01-01"}]}' \
    >"$work/stale/kev.json"
exits "a catalog of long ago" 0 "$PLIMSOLL" db import kev "$work/stale/kev.json" --db "$work/stale/db"
check "a scan says how old its data is, though it was read today" sh -c \
    'echo pkg:apk/alpine/busybox@1.0 | "$1" scan --purls - --db "$2" | grep -q "feed kev is of 2020-01-01"' - \
    "$PLIMSOLL" "$work/stale/db"

printf '{"distroversion":"v3.16","packages":[{"pkg":{"name":"open' >"$mirror/alpine/v3.16/main.json"
touch -d '+20 seconds' "$mirror/alpine/v3.16/main.json" # Last-Modified has no more than seconds
exits "a feed that was cut" 3 "$PLIMSOLL" db update --mirror "$url"
check "is named" grep -q 'alpine: .*main.json' "$work/err"
check "its old data stays" knows CVE-2023-9999 1.1.1u-r0
check "status names it too" sh -c '"$1" db status | grep -q "last update failed"' - "$PLIMSOLL"
secdb 1.1.1t-r0 CVE-2023-0286

exits "a feed that is not there, asked for" 3 "$PLIMSOLL" db update --mirror "$url" --only debian
exits "a feed that nobody knows" 2 "$PLIMSOLL" db update --mirror "$url" --only debain
exits "an empty mirror" 3 "$PLIMSOLL" db update --mirror "$work/db"

kill "$pid"
wait "$pid" 2>/dev/null
exits "the mirror is away" 3 timeout 300 "$PLIMSOLL" db update --mirror "$url" --only kev
check "what was there is there" knows CVE-2023-0286 'known to be exploited'

exits "from a folder" 0 "$PLIMSOLL" db update --mirror "$mirror" --except epss
same "alpine is mended" updated "$(outcome alpine)"
exits "import" 0 "$PLIMSOLL" db import osv/Go "$mirror/osv/Go/all.zip"
exits "import of the wrong thing" 3 "$PLIMSOLL" db import kev "$mirror/osv/Go/all.zip"
check "status as JSON" sh -c '"$1" db status --format json | python3 -m json.tool' - "$PLIMSOLL"
check "search as JSON" sh -c '"$1" db search CVE-2023-0286 --format json | python3 -m json.tool' - "$PLIMSOLL"
exits "search for what nobody knows" 3 "$PLIMSOLL" db search CVE-1999-99999
same "path" "$PLIMSOLL_DB" "$("$PLIMSOLL" db path)"

# Somebody else holds the lock, as an update does.
python3 - "$PLIMSOLL_DB/update.lock" "$work/held" <<'EOF' &
import fcntl, sys, time
lock = open(sys.argv[1], "r+")
fcntl.flock(lock, fcntl.LOCK_EX)
open(sys.argv[2], "w").close()
time.sleep(600)
EOF
holder=$!
started="$started $holder"
while ! [ -e "$work/held" ]; do sleep 0.05; done
exits "a second update" 3 "$PLIMSOLL" db update --mirror "$mirror"
check "is told why" grep -q 'another update' "$work/err"
check "reading goes on" knows CVE-2023-0286 openssl
kill -9 "$holder"
wait "$holder" 2>/dev/null
exits "after its end" 0 "$PLIMSOLL" db update --mirror "$mirror"

# kill -9 at moments that move through the work; then nothing is lost.
for delay in 0.001 0.003 0.006 0.01 0.015 0.02 0.03 0.05; do
    "$PLIMSOLL" db update --force --mirror "$mirror" >/dev/null 2>&1 &
    victim=$!
    sleep "$delay"
    kill -9 "$victim" 2>/dev/null
    wait "$victim" 2>/dev/null
    knows CVE-2023-0286 'apk:alpine:3.16' || fail "killed after $delay s: an advisory is lost"
done
exits "update after all that" 0 "$PLIMSOLL" db update --force --mirror "$mirror"

# A file size limit acts like a full disk.
python3 - "$mirror/alpine/v3.16/main.json" <<'EOF'
import json, sys
packages = [{"pkg": {"name": "p%d" % i, "secfixes": {"1-r0": ["CVE-2020-%d" % i]}}} for i in range(60000)]
json.dump({"distroversion": "v3.16", "packages": packages}, open(sys.argv[1], "w"))
EOF
exits "a full disk" 3 sh -c 'trap "" XFSZ; ulimit -f 1024; exec "$0" db update --only alpine --mirror "$1"' \
    "$PLIMSOLL" "$mirror"
check "leaves what was there" knows CVE-2023-0286 'apk:alpine:3.16'
exits "with room again" 0 "$PLIMSOLL" db update --only alpine --mirror "$mirror"
check "all is there" knows CVE-2020-59999 p59999

echo '{"vulnerabilities":[{"cve":{"id":"CVE-2024-1","descriptions":[],"configurations":[{"nodes":[{"cpeMatch":[{"vulnerable":true,"criteria":"cpe:2.3:a:v:p:*:*:*:*:*:*:*:*","versionEndExcluding":"2.0"}]}]}]}}]}' >"$work/nvd.json"
exits "facts of NVD files" 0 "$PLIMSOLL" db facts "$mirror/nvd" "$work/nvd.json"
exits "which are a feed" 0 "$PLIMSOLL" db update --only nvd-facts --mirror "$mirror"
check "with its ranges" knows v:p '< 2.0'

# A first update that reaches nothing leaves the starter database in use.
rm -rf "$work/db"
exits "a first update without a mirror" 3 "$PLIMSOLL" db update --mirror http://127.0.0.1:1 --only kev
exits "a scan after it" 0 "$PLIMSOLL" scan --format json 'pkg:apk/alpine/openssl@1.1.1s-r0?distro=3.16'
same "uses the starter database" 4 "$(grep -c '"id": "CVE-' "$work/out")"
