#!/bin/sh
# haproxy compiled from Debian's source package, under another name and with no package entry, as in the official
# image: found by its bytes, with its CVEs.
. "$(dirname "$0")/lib.sh"
need jq
need gcc
[ -e /etc/apt/sources.list.d/debian.sources ] || skip "no deb822 sources of Debian to take the source package from"

# The build is cached outside the clone: it does not depend on ours.
cache=${XDG_CACHE_HOME:-$HOME/.cache}/plimsoll-tests/haproxy
if [ ! -x "$cache/haproxy" ]; then
    mkdir -p "$work/apt/lists/partial" "$work/apt/etc" "$cache"
    sed 's/^Types: deb$/Types: deb-src/' /etc/apt/sources.list.d/debian.sources >"$work/apt/etc/src.sources"
    set -- -o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$work/apt/etc" \
        -o "Dir::State::lists=$work/apt/lists" -o APT::Sandbox::User=root
    apt-get "$@" update -qq >/dev/null 2>&1
    version=$(apt-cache "$@" showsrc haproxy 2>/dev/null |
        awk '/^Version:/ { v = $2 } /^Directory: pool\/main/ { print v; exit }')
    (cd "$work" && apt-get "$@" source --download-only -qq "haproxy=$version" >"$work/apt.log" 2>&1)
    set -- "$work"/haproxy_*.orig.tar.*
    [ -e "$1" ] || skip "Debian's source package of haproxy could not be had"
    mkdir "$work/src" && tar -C "$work/src" --strip-components=1 -xf "$1"
    make -s -C "$work/src" -j2 TARGET=generic CFLAGS='-O1 -fwrapv -fno-strict-aliasing' haproxy >"$work/make.log" 2>&1 ||
        { fail "haproxy does not build: $(tail -n 1 "$work/make.log")"; exit 1; }
    mv "$work/src/haproxy" "$cache/haproxy"
fi
version=$("$cache/haproxy" -v | sed -n 's/^HAProxy version \([0-9.]*\).*/\1/p')

mkdir -p "$work/root/opt/edge" "$work/root/lib/apk/db" "$work/root/etc"
cp "$cache/haproxy" "$work/root/opt/edge/balancer"
cat >"$work/root/lib/apk/db/installed" <<'EOF'
P:musl
V:1.2.3-r6
A:x86_64
o:musl

EOF
printf 'ID=alpine\nVERSION_ID=3.16.9\n' >"$work/root/etc/os-release"
exits "scan the folder" 0 "$PLIMSOLL" scan --format json "$work/root"
cp "$work/out" "$work/scan.json"
same "found under another name, with its version" "haproxy $version opt/edge/balancer" \
    "$(jq -r '.packages[] | select(.type == "generic") | "\(.name) \(.version) \(.path)"' "$work/scan.json")"
found=$(jq -r '.findings[] | select(.package.name == "haproxy") | .id' "$work/scan.json" | sort -u | wc -l)
[ "$found" -ge 3 ] && ok "its CVEs are told ($found)" || fail "its CVEs are told: only $found"
# CVE-2023-40225: before 2.6.15 in its branch; CVE-2018-20103: before 1.8.14, so not in this version.
check "CVE-2023-40225 is one of them" jq -e '.findings[] | select(.id == "CVE-2023-40225")' "$work/scan.json"
same "CVE-2018-20103 is none of them" 0 \
    "$(jq '[.findings[] | select(.id == "CVE-2018-20103")] | length' "$work/scan.json")"

# The same file, owned by a package: the distribution's, not told twice.
cat >>"$work/root/lib/apk/db/installed" <<'EOF'
P:haproxy
V:2.4.22-r0
A:x86_64
o:haproxy
F:opt/edge
R:balancer

EOF
"$PLIMSOLL" scan --format json "$work/root" >"$work/scan.json"
same "a program that a package owns is not told twice" 0 \
    "$(jq '[.packages[] | select(.type == "generic")] | length' "$work/scan.json")"
