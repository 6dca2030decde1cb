#!/bin/sh
# A registry that redirects, refuses, breaks off and lies: credentials stay home, what can be mended is, the rest is
# a clear error.
. "$(dirname "$0")/lib.sh"
need python3
open="$BUILD/tests/tools/open-image"
export HOME="$work" DOCKER_CONFIG="$work" PLIMSOLL_REGISTRY_USER=ann PLIMSOLL_REGISTRY_PASSWORD=secret
unset XDG_RUNTIME_DIR REGISTRY_AUTH_FILE
head -c 300000 /dev/urandom >"$work/noise"
cat >"$work/spec" <<'SPEC'
layer ADD base
text etc/os-release ID=alpine\nVERSION_ID=3.16.9\n
layer COPY noise
file noise 644 < noise
SPEC
"$BUILD/tests/tools/make-image" --format oci -o "$work/layout" "$work/spec" || { fail "make-image"; exit 1; }
port=$(free_port) other=$(free_port)
start python3 "$here/fake_registry.py" "$work/layout" "$work/log" "$port" "$other"
wait_port "$port" || { fail "registry does not start"; exit 1; }
at=http://127.0.0.1:$port
all_good() { ! grep '^layer' "$work/out" | grep -v ' good$'; }
says() { check "says: $1" grep -q -- "$1" "$work/err"; }

exits "redirected blobs" 0 "$open" registry "$at/redirect:1"
check "layers" all_good
check "the other host was asked" grep -q "^$other .*signature=abc" "$work/log"
check "without our password" sh -c "! grep '^$other' '$work/log' | grep -v 'auth=-'"
check "that the registry had" grep -q "^$port .*auth=Basic" "$work/log"

exits "503 twice, then it works" 0 "$open" registry "$at/busy:1"
exits "429 with Retry-After of a second" 0 "$open" registry "$at/limited:1"
exits "429 for an hour" 3 "$open" registry "$at/limited-long:1"
says "wait 3600 seconds"
exits "manifest with another digest than its header" 3 "$open" registry "$at/wrong-manifest:1"
says "what came has"
digest=$(sed 's/.*"digest": *"\(sha256:[0-9a-f]*\)".*/\1/' "$work/layout/index.json" | head -n 1)
exits "the same, asked for by digest" 3 "$open" registry "$at/wrong-manifest@$digest"
exits "right digest" 0 "$open" registry "$at/good@$digest"
exits "configuration with another digest" 3 "$open" registry "$at/wrong-config:1"
says "configuration"
exits "manifest over 4 MiB" 3 "$open" registry "$at/huge:1"
says "over the limit"
exits "redirects in a circle" 3 "$open" registry "$at/loop:1"
says "over 10 redirects"
exits "a login page instead of a manifest" 3 "$open" registry "$at/not-json:1"
exits "layer with another digest" 3 "$open" registry "$at/wrong-layer:1"
check "is told as bad" grep -q ' bad$' "$work/out"

exits "blobs that break off go on where they were" 0 "$open" registry "$at/cut-range:1"
check "layers" all_good
check "by ranges" grep -q 'cut-range/blobs.*range=bytes=[1-9]' "$work/log"
exits "or are fetched again where the registry knows no ranges" 0 "$open" registry "$at/cut-once:1"
check "layers" all_good
exits "blobs that always break off" 3 "$open" registry "$at/cut-always:1"
check "nobody saw the password" sh -c "! cat '$work/out' '$work/err' | grep -q secret"
if "$PLIMSOLL" scan --help >/dev/null 2>&1; then
    exits "scan of a layer with another digest fails" 3 "$PLIMSOLL" scan "$at/wrong-layer:1"
    check "says which" grep -q 'sha256:' "$work/err"
    exits "and is not cached: it fails again" 3 "$PLIMSOLL" scan "$at/wrong-layer:1"
    exits "the honest registry's is scanned" 0 "$PLIMSOLL" scan "$at/good:1"
fi
