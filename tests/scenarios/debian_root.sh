#!/bin/sh
# A Debian 12 root made by mmdebstrap: its packages as dpkg lists them, to the letter; its advisories "not covered"
# while no feed has its release, and covered once the tracker's JSON is there.
. "$(dirname "$0")/lib.sh"
need mmdebstrap
need jq

sources=$(ls /etc/apt/sources.list /etc/apt/sources.list.d/debian.sources 2>/dev/null)
# shellcheck disable=SC2086 # a list of files
mmdebstrap --variant=minbase --quiet bookworm "$work/root.tar" $sources >"$work/mm.log" 2>&1 ||
    skip "mmdebstrap could not make a root: $(tail -n 1 "$work/mm.log")"

mkdir "$work/root"
tar -C "$work/root" -xf "$work/root.tar" ./var/lib/dpkg ./etc ./usr/lib/os-release
dpkg-query --admindir="$work/root/var/lib/dpkg" -W -f '${Package} ${Version} ${Architecture}\n' | sort >"$work/expected"

exits "scan a root as one layer tarball" 0 "$PLIMSOLL" scan --format json "$work/root.tar"
cp "$work/out" "$work/scan.json"
jq -r '.packages[] | select(.type == "deb") | "\(.name) \(.version) \(.arch)"' "$work/scan.json" | sort >"$work/got"
check "packages match dpkg exactly ($(wc -l <"$work/expected"))" diff "$work/expected" "$work/got"
same "nothing that dpkg owns is told as a compiled program" 0 \
    "$(jq '[.packages[] | select(.type == "generic")] | length' "$work/scan.json")"
same "distribution" "debian 12" "$(jq -r '.distribution | "\(.id) \(.version_id)"' "$work/scan.json")"
same "not covered by the starter database" false "$(jq .coverage.covered "$work/scan.json")"

if [ -d "$PLIMSOLL_SHARED/feeds/debian" ]; then
    exits "db update from the lists" 0 "$PLIMSOLL" db update --quiet --mirror "$PLIMSOLL_SHARED/feeds" --only debian-lists
    "$PLIMSOLL" scan --format json "$work/root.tar" >"$work/scan.json"
    same "lists to 2023-04 know no bookworm: not covered" false "$(jq .coverage.covered "$work/scan.json")"
    "$PLIMSOLL" scan "$work/root.tar" >"$work/table" 2>&1
    check "the table says not covered" grep -qi 'not covered' "$work/table"
fi

version=$(dpkg-query --admindir="$work/root/var/lib/dpkg" -W -f '${source:Version}' libc6)
mkdir -p "$work/mirror/debian"
cat >"$work/mirror/debian/tracker.json" <<EOF
{"glibc": {
  "CVE-2099-0001": {"scope": "remote", "description": "made for this test",
    "releases": {"bookworm": {"status": "resolved", "repositories": {"bookworm": "$version"},
      "fixed_version": "${version}+more1", "urgency": "high"}}},
  "CVE-2099-0002": {"releases": {"bookworm": {"status": "resolved", "repositories": {"bookworm": "$version"},
      "fixed_version": "$version", "urgency": "medium"}}},
  "CVE-2099-0003": {"releases": {"bookworm": {"status": "open", "repositories": {"bookworm": "$version"},
      "urgency": "unimportant"}}},
  "CVE-2099-0004": {"releases": {"bookworm": {"status": "resolved", "repositories": {"bookworm": "$version"},
      "fixed_version": "0", "urgency": "high"}}}}}
EOF
exits "db update from the tracker's JSON" 0 "$PLIMSOLL" db update --quiet --mirror "$work/mirror" --only debian
"$PLIMSOLL" scan --format json "$work/root.tar" >"$work/scan.json"
same "covered by the tracker" true "$(jq .coverage.covered "$work/scan.json")"
same "libc6 is told by its source package, fixed and not-affected ones are not" \
    "CVE-2099-0001 high fixed;CVE-2099-0003 negligible affected;" \
    "$(jq -r '[.findings[] | select(.package.name == "libc6")] | sort_by(.id)[] | "\(.id) \(.severity) \(.state);"' \
        "$work/scan.json" | tr -d '\n')"
