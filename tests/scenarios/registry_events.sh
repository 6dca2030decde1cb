#!/bin/sh
# Webhooks of the registry with a real push: CloudEvents and the shape of EventBridge, a receiver that fails, dead
# letters that are sent again while the server runs, a signature that the receiver checks.
. "$(dirname "$0")/lib.sh"
need python3
need jq
clients crane
hook_port=$(free_port)
serve --no-scan --no-auth
cat >"$work/receiver.py" <<'EOP'
import hashlib, hmac, http.server, json, os, sys
work = sys.argv[2]
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        down = os.path.exists(work + "/down")
        if not down:
            mac = "sha256=" + hmac.new(b"secret of the hook", body, hashlib.sha256).hexdigest()
            line = {"path": self.path, "signed": hmac.compare_digest(mac, self.headers.get("X-Plimsoll-Signature", "")),
                    "type": self.headers["Content-Type"], "body": json.loads(body)}
            with open(work + "/got", "a") as file:
                file.write(json.dumps(line) + "\n")
        self.send_response(503 if down else 204)
        self.send_header("Content-Length", "0")
        self.end_headers()
    def log_message(self, *words):
        pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
EOP
start python3 "$work/receiver.py" "$hook_port" "$work"
wait_port "$hook_port"
registry() { "$PLIMSOLL" registry "$@" --data "${data:-$work/data}"; }
# until_true WHAT COMMAND…: within a minute.
until_true() {
    what=$1
    shift
    for _ in $(seq 600); do
        if "$@" >/dev/null 2>&1; then
            ok "$what"
            return
        fi
        sleep 0.1
    done
    fail "$what"
    tail -n 5 "$work/got" "$work/serve.err" 2>/dev/null | sed 's/^/    /'
}
got() { jq -es "map(select($1)) | length >= ${2:-1}" "$work/got"; }
hook="http://127.0.0.1:$hook_port"
printf '{"url":"%s/cloud","secret":"secret of the hook","attempts":2,"wait":0.1}' "$hook" >"$work/cloud.json"
printf '{"url":"%s/bridge","format":"eventbridge","repositories":["team/*"]}' "$hook" >"$work/bridge.json"
printf '{"url":"gopher://x"}' >"$work/bad.json"
exits "a hook with a bad URL is refused" 3 registry set webhook/bad "$work/bad.json"
check "a hook is set" registry set webhook/cloud "$work/cloud.json"
check "another one" registry set webhook/bridge "$work/bridge.json"
begun() { # a hook tells what happens after the server has seen it and noted its place
    python3 -c 'import sqlite3, sys
rows = sqlite3.connect(sys.argv[1], timeout=60).execute("SELECT count(*) FROM rows WHERE kind = ?", ("hook",))
sys.exit(rows.fetchone()[0] < 2)' "$work/data/registry.db"
}
until_true "the running server sees both" begun
head -c 1000 /dev/urandom >"$work/file"
tar -C "$work" -cf "$work/layer.tar" file
push() { crane append --insecure --oci-empty-base -f "$work/layer.tar" -t "127.0.0.1:$port/$1" >/dev/null 2>&1; }
push team/app:v1
push other:v1
until_true "a push is told as a CloudEvent, signed" \
    got '.path == "/cloud" and .signed and .body.type == "plimsoll.registry.PutImage" and .body.subject == "team/app:v1"'
until_true "and in the shape of EventBridge" got '.path == "/bridge" and .body["detail-type"] == "ECR Image Action"
    and .body.detail["action-type"] == "PUSH" and .body.detail["image-tag"] == "v1"'
until_true "a filter holds" got '.path == "/cloud" and .body.subject == "other:v1"'
same "and sends nothing else" 0 "$(jq -s 'map(select(.path == "/bridge" and .body.detail["repository-name"] == "other")) | length' "$work/got")"

touch "$work/down"
push team/app:v2
dead() { registry dead-letters cloud --format json | jq -es "map(select(.body | contains(\"$1\"))) | length == ${2:-1}"; }
until_true "what does not get through is a dead letter" dead team/app:v2
rm "$work/down"
check "it is sent again" registry dead-letters --again
until_true "and arrives" got '.path == "/cloud" and .body.subject == "team/app:v2"'
until_true "and is a dead letter no more" dead team/app:v2 0
until_true "the other hook tried on by itself" got '.path == "/bridge" and .body.detail["image-tag"] == "v2"'
same "each event came once" "" \
    "$(jq -rs 'map(select(.path == "/bridge")) | group_by(.body.id)[] | select(length > 1) | .[0].body.id' "$work/got")"
curl -fsS "$url/metrics" >"$work/metrics"
check "deliveries are counted" grep -q '^plimsoll_events_sent_total [1-9]' "$work/metrics"
