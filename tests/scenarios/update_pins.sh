#!/bin/sh
# plimsoll update: versions of packages that RUN lines pin, against a mirror of the distributions' layout on this machine.
# Debian's list is the real one where apt has it here (/var/lib/apt/lists), else one of the same form.
. "$(dirname "$0")/lib.sh"
need python3
need jq
export HOME="$work" DOCKER_HOST=unix:///nonexistent/docker.sock CONTAINER_HOST=unix:///nonexistent/podman.sock
unset XDG_RUNTIME_DIR REGISTRY_AUTH_FILE PLIMSOLL_OFFLINE
cd "$work" || exit 1
mkdir -p mirror hub/library
# Alpine: a signature's tar without an end, then the index, each a gzip member, as `apk index` and `abuild-sign` leave it.
cat >index.py <<'PY'
import gzip, io, os, sys, tarfile
def member(name, text, end):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        info = tarfile.TarInfo(name)
        info.size = len(text)
        tar.addfile(info, io.BytesIO(text))
        size = tar.offset
    return gzip.compress(out.getvalue() if end else out.getvalue()[:size])
def alpine(part, packages):
    folder = f"mirror/alpine/v3.20/{part}/x86_64"
    os.makedirs(folder, exist_ok=True)
    text = "".join(f"C:Q1=\nP:{n}\nV:{v}\nA:x86_64\no:{o}\n\n" for n, v, o in packages)
    with open(f"{folder}/APKINDEX.tar.gz", "wb") as file:
        file.write(member(".SIGN.RSA.x.rsa.pub", b"signature", False) + member("APKINDEX", text.encode(), True))
alpine("main", [("curl", "8.12.1-r0", "curl"), ("openssl", "3.3.3-r0", "openssl"), ("busybox", "1.36.1-r29", "busybox")])
alpine("community", [("jq-extras", "2.0-r1", "jq-extras")])
PY
python3 index.py
debian() { # SUITE FOLDER
    mkdir -p "mirror/$2/dists/$1/main/binary-amd64"
    gzip -c >"mirror/$2/dists/$1/main/binary-amd64/Packages.gz"
}
found=
for list in /var/lib/apt/lists/*_dists_bookworm_main_binary-amd64_Packages*; do
    case $list in
    *.lz4) command -v lz4 >/dev/null && lz4 -dc "$list" 2>/dev/null >packages && found=$list ;;
    *) [ -s "$list" ] && cp "$list" packages && found=$list ;;
    esac
done
[ -n "$found" ] || printf 'Package: curl\nVersion: 7.88.1-10+deb12u12\n\nPackage: tar\nVersion: 1.34+dfsg-1.2+deb12u1\n\n' >packages
echo "    Debian's list: ${found:-of the same form}, $(grep -c ^Package: packages) packages"
debian bookworm debian <packages
version() { awk -v name="$1" '$1 == "Package:" { here = $2 == name } here && $1 == "Version:" { print $2; exit }' packages; }
printf 'Package: curl\nSource: curl\nVersion: %s\n\n' "$(version curl)~later" | debian bookworm-security debian-security
web_port=$(free_port)
start python3 -m http.server -b 127.0.0.1 -d mirror "$web_port"
wait_port "$web_port"
export PLIMSOLL_ALPINE_MIRROR=http://127.0.0.1:$web_port/alpine PLIMSOLL_DEBIAN_MIRROR=http://127.0.0.1:$web_port/debian
hub_port=$(free_port)
export PLIMSOLL_HUB_URL=http://127.0.0.1:$hub_port
echo '[{"name": "3.20", "last_updated": "2026-11-10T08:00:00Z", "full_size": 1, "digest": null}]' >hub/library/alpine.json
echo '[{"name": "bookworm", "last_updated": "2026-11-10T08:00:00Z", "full_size": 1, "digest": null}]' >hub/library/debian.json
start python3 "$here/fake_hub.py" "$hub_port" "$work/hub"
wait_port "$hub_port"
# Advisories: what the pinned openssl has.
mkdir -p feeds/alpine/v3.20
printf '{"distroversion":"v3.20","packages":[{"pkg":{"name":"openssl","secfixes":{"3.3.2-r1":["CVE-2026-1"],"3.3.9-r0":["CVE-2026-2"]}}}]}' \
    >feeds/alpine/v3.20/main.json
"$PLIMSOLL" db update --quiet --mirror feeds --only alpine >db.out 2>&1 || { fail "db update"; cat db.out; }

mkdir app
cat >app/Dockerfile <<'DOCKERFILE'
FROM alpine:3.20 AS build
# busybox stays
RUN apk add --no-cache \
    curl=8.9.0-r0 \
    "openssl=3.3.1-r0" \
    busybox=1.36.1-r29 nothing=1.0-r0
FROM debian:bookworm
RUN apt-get update && apt-get install -y --no-install-recommends tar=1.0-1 curl=9999.1-1 jq
DOCKERFILE
update() { "$PLIMSOLL" update --no-brings "$@"; }
row() { jq -r ".packages[] | select(.name == \"$1\") | [.state, .newest // \"-\", (.mends | join(\",\"))] | join(\" \")" out.json; }
exits "update" 0 update --format json app
cp "$work/out" out.json
same "curl: gone, and what there is" "gone 8.12.1-r0 " "$(row curl | head -1)"
same "openssl: vulnerable; what the newest mends, and no more" "gone 3.3.3-r0 CVE-2026-1" "$(row openssl)"
same "busybox is current" "current 1.36.1-r29 " "$(row busybox)"
same "what the distribution has not is left alone" "left-alone - " "$(row nothing)"
same "tar of Debian" "gone $(version tar) " "$(row tar)"
same "never a downgrade" "left-alone" "$(row curl | tail -1 | cut -d' ' -f1)"
if python3 -c 'import jsonschema' 2>/dev/null; then
    check "its JSON is as the schema says" python3 -c 'import json, sys, jsonschema
jsonschema.validate(json.load(open("out.json")), json.load(open(sys.argv[1])))' "$here/../../docs/schema/update.json"
fi
same "five lists" "6 pinned packages: 0 behind, 3 gone, 1 vulnerable, 2 left alone; 5 lists asked for" \
    "$(update app | grep 'pinned packages')"
check "asked for again only if changed" sh -c "grep -c '\" 304 ' $work/server.$$.log | grep -q '^[2-9]'"
same "--no-pins" 0 "$(update --no-pins --format json app | jq '.packages | length')"
exits "offline" 0 update --offline --format json app
same "what was kept" 3 "$(jq '[.packages[] | select(.state == "gone")] | length' "$work/out")"
exits "--check" 1 update --check app
cp app/Dockerfile before
exits "--write" 0 update --write app
same "just those bytes" "-    curl=8.9.0-r0 \\
-    \"openssl=3.3.1-r0\" \\
+    curl=8.12.1-r0 \\
+    \"openssl=3.3.3-r0\" \\
-RUN apt-get update && apt-get install -y --no-install-recommends tar=1.0-1 curl=9999.1-1 jq
+RUN apt-get update && apt-get install -y --no-install-recommends tar=$(version tar) curl=9999.1-1 jq" \
    "$(diff -u before app/Dockerfile | grep '^[-+][^-+]')"
exits "again" 0 update --check app
# A newer one beside the pinned.
printf 'Package: tar\nVersion: %s+later\n\n' "$(version tar)" | debian bookworm-updates debian
rm -rf "$PLIMSOLL_CACHE/packages"
update --format json app >out.json
same "behind" "behind $(version tar)+later " "$(row tar)"
# Faults.
printf 'FROM alpine:3.99\nRUN apk add curl=1.0-r0\n' >other
update --format json other >out.json 2>err
same "a release that the mirror has not" "left-alone" "$(row curl | cut -d' ' -f1)"
check "is said" grep -q 'no such release.*PLIMSOLL_ALPINE_MIRROR' out.json
printf 'FROM haproxy:3.3.1-alpine\nRUN apk add curl=1.0-r0\n' >other
update --offline --format json other >out.json 2>err
check "a name that tells no release is said" grep -q 'does not tell the release' out.json
echo "no gzip" >mirror/alpine/v3.20/main/x86_64/APKINDEX.tar.gz
touch -d '+1 day' mirror/alpine/v3.20/main/x86_64/APKINDEX.tar.gz
rm -rf "$PLIMSOLL_CACHE/packages"
update --format json app >out.json 2>err
same "a broken list changes nothing" "left-alone" "$(row busybox | cut -d' ' -f1)"
