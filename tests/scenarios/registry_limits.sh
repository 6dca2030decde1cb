#!/bin/sh
# Careless and hostile clients of `plimsoll serve`: ten thousand idle connections, slow ones, large heads, bodies that
# nobody wants, requests that two readers could understand differently; health, metrics, the access log; graceful stop.
. "$(dirname "$0")/lib.sh"
need python3
need curl
ulimit -n "$(ulimit -Hn)" 2>/dev/null
serve --no-scan --access-log "$work/access.log" --anonymous-pull

check "healthz answers" curl -fsS "$url/healthz"
check "readyz answers" curl -fsS "$url/readyz"
curl -fsS "$url/metrics" >"$work/metrics"
check "metrics are there for loopback" grep -q '^process_resident_memory_bytes [0-9]' "$work/metrics"
same "metrics are not for who comes through a proxy" 401 \
    "$(curl -s -o /dev/null -w '%{http_code}' -H 'X-Forwarded-For: 192.0.2.1' "$url/metrics")"
same "only reads of ops" 405 "$(curl -s -o /dev/null -w '%{http_code}' -X POST -d x "$url/metrics")"
same "what is not there" 404 "$(curl -s -o /dev/null -w '%{http_code}' "$url/nothing")"

python3 "$here/registry_limits.py" "$port" "$pid" | sed "s/^ok /ok $scenario: /; s/^FAIL /FAIL $scenario: /"

head -c 5000000 /dev/zero >"$work/large"
curl -s -X PUT -u "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" -H 'Transfer-Encoding: chunked' -H 'Expect:' -H 'Content-Type: application/json' \
    --data-binary "@$work/large" -w '%{http_code}' "$url/v2/a/manifests/x" >"$work/refused"
check "a chunked manifest that is too large is refused in the API's words" grep -q '"code":"SIZE_INVALID"' "$work/refused"
same "and by its status" 413 "$(tail -n 1 "$work/refused")"
curl -s -o /dev/null "$url/v2/$(head -c 50000 /dev/zero | tr '\0' a)"
curl -s -o /dev/null -A 'quote " and
newline' "$url/v2/" -H 'X: y'
curl -s -o /dev/null "$url/v2/a%0a%22b/tags/list?x=%1b"
logged "$work/access.log"
check "each line of the access log is JSON with an id" python3 - "$work/access.log" <<'EOP'
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1], encoding="ascii")]
assert len(lines) > 10 and all(len(line["id"]) == 32 for line in lines)
assert len({line["id"] for line in lines}) == len(lines)
assert all(0 <= line["seconds"] < 600 for line in lines)
refused = [line["status"] for line in lines if line["client"] == "127.0.0.1"]
assert (refused.count(414), refused.count(431), refused.count(505)) == (3, 2, 2), sorted(refused)
EOP

kill -TERM "$pid"
wait "$pid"
same "it stops in order" 0 $?
