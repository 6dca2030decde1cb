#!/bin/sh
# The OCI Distribution specification's own conformance program: as the stable version wants it, then with all that the
# development version adds (cancelled uploads, tags as parameters, digest headers). Nothing may fail or be skipped; the
# one thing that stays off is data that names what was never pushed, which a registry may refuse, and this one does.
. "$(dirname "$0")/lib.sh"
clients conformance
serve

# run VERSION ALLOWED: one run; its report is judged by what it counts. ALLOWED: the rows that may be "Disabled".
run() {
    mkdir "$work/$1"
    OCI_VERSION=$1 OCI_REGISTRY="127.0.0.1:$port" OCI_TLS=disabled OCI_RESULTS_DIR="$work/$1" OCI_LOG=error \
        OCI_REPO1="conformance/$1/one" OCI_REPO2="conformance-$1/two" OCI_USERNAME="$AWS_ACCESS_KEY_ID" \
        OCI_PASSWORD="$AWS_SECRET_ACCESS_KEY" conformance >"$work/$1/out" 2>&1
    python3 - "$1" "$2" "$work/$1/out" <<'EOF'
import re, sys
version, allowed, path = sys.argv[1:]
whole = open(path).read()
text = whole[max(whole.find("OCI Conformance Result"), 0):]
rows = {m[1]: m[2] for m in re.finditer(r"^  (\S[^.\n]*)\.*: +(\S+)$", text, re.M)}
counts = {name: int(rows.get(name, "-1")) for name in ("Pass", "FAIL", "Error", "Skip", "Disabled", "Total")}
other = {name: value for name, value in rows.items() if not value.isdigit() and value != "Pass"}
off = {name for name, value in other.items() if value == "Disabled"}
result = re.search(r"^OCI Conformance Result: (\S+)", text, re.M)
bad = {name: value for name, value in other.items() if value != "Disabled"}
good = (result and counts["Total"] >= 500 and counts["FAIL"] == counts["Error"] == counts["Skip"] == 0 and not bad
        and off <= set(filter(None, allowed.split(","))))
if good:
    print(f"ok conformance: {version}: {counts['Pass']} passed, none failed or skipped")
else:
    print(f"FAIL conformance: {version}: {counts}")
    told = [line for line in whole.splitlines() if line.endswith(("FAIL", "Skip", "Error"))]
    print("\n".join("    " + line for line in told[-20:]))
EOF
}
run 1.1 "Blob upload cancel,Manifest put with tag params,Sparse Manifests,Tag Param,Tag Param sha512"
run dev "Sparse Manifests"
