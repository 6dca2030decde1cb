#!/bin/sh
# examples/react-app as its users get it: Debian's haproxy and nginx serve it by the example's own configuration, and a
# browser opens it. Containers are left out: no engine of this kind of machine can start one.
. "$(dirname "$0")/lib.sh"
need haproxy
need nginx
need curl
need jq
need chromium
example=$here/../../examples/react-app
chmod 755 "$work" # nginx reads it as nobody
cp -r "$example" "$work/app"
cd "$work/app" || exit 1
proxy=$(free_port) site=$(free_port)

# Only what belongs to a container's file system is written anew: paths, ports, the name of the other service.
sed "s|/tmp/|$work/nginx-|; s|/usr/share/nginx/html|$work/app/dist|; s|listen 8080|listen 127.0.0.1:$site|
    s|/dev/stdout|$work/nginx.log|; s|/dev/stderr|$work/nginx.err|" docker/nginx.conf >nginx.conf
sed "s|bind :8080|bind 127.0.0.1:$proxy|; s|nginx:8080|127.0.0.1:$site|" docker/haproxy.cfg >haproxy.cfg
check "nginx takes its configuration" nginx -t -q -p "$work" -e "$work/nginx.err" -c "$work/app/nginx.conf"
check "haproxy takes its configuration" haproxy -c -q -f haproxy.cfg
start nginx -p "$work" -e "$work/nginx.err" -c "$work/app/nginx.conf" -g 'daemon off;'
start haproxy -f haproxy.cfg
wait_port "$site" || fail "nginx does not listen"
wait_port "$proxy" || fail "haproxy does not listen"
url=http://127.0.0.1:$proxy
for _ in $(seq 600); do # until haproxy's own check has seen nginx
    [ "$(curl -s -o /dev/null -w '%{http_code}' "$url/")" = 200 ] && break
    sleep 0.1
done

# Headers, on every status, through the proxy and without.
headers() { curl -s -o /dev/null -D - "$@" | tr -d '\r' | tr '[:upper:]' '[:lower:]'; }
for at in "$url" "http://127.0.0.1:$site"; do
    for path in / /health /no/such/page /.git/config /static/none; do
        headers "$at$path" >"$work/headers"
        for expected in 'x-content-type-options: nosniff' 'x-frame-options: deny' 'x-xss-protection: 1; mode=block' \
            'strict-transport-security: max-age=31536000; includesubdomains'; do
            same "$path of ${at##*:}: ${expected%%:*}, once" 1 "$(grep -cx "$expected" "$work/headers")"
        done
    done
done
same "what is hidden is refused" 403 "$(curl -s -o /dev/null -w '%{http_code}' "$url/.git/config")"
same "the proxy answers for itself" 200 "$(curl -s -o /dev/null -w '%{http_code}' "$url/health")"
same "a path of the application is the application" "$(cat dist/index.html)" "$(curl -s "$url/some/page")"
check "its script may be kept for a year" sh -c "curl -sD - -o /dev/null '$url$(grep -o '/static/app[^"]*js' dist/index.html)' |
    grep -qi 'cache-control: max-age=31536000'"

# A browser.
browse() {
    timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-background-networking \
        --no-first-run --user-data-dir="$work/browser" --enable-logging=stderr --v=0 --virtual-time-budget=5000 "$@" 2>"$work/console"
}
browse --dump-dom "$url/" >"$work/dom" || fail "chromium: $(tail -1 "$work/console")"
# Without plimsoll.yaml, which keeps the name with the v beside them.
same "the page has the tags that tag plan has" "$(cd / && "$PLIMSOLL" tag plan --release v1.2.0 --format json | jq -r '.tags[].name')" \
    "$(grep -o '<code>[^<]*' "$work/dom" | sed 's/<code>//')"
check "the browser has nothing to complain of" sh -c '! grep -E "CONSOLE|Refused|violates" "$0"' "$work/console"
# Proof that the last check can fail: a script that the policy does not allow.
sed 's|</body>|<script>document.title = "inline"</script></body>|' dist/index.html >dist/inline.html
browse --dump-dom "$url/inline.html" >"$work/dom" || fail "chromium: $(tail -1 "$work/console")"
check "an inline script is refused, and told of" grep -qE "CONSOLE.*(violates|Content Security Policy)" "$work/console"
check "and does not run" sh -c '! grep -q "<title>inline" "$0"' "$work/dom"

# What stands beside it.
check "pipelines, compose file and Dependabot's are YAML with what they need" python3 - <<'PYTHON'
import yaml
compose = yaml.safe_load(open("docker-compose.yml"))["services"]
assert {s["build"]["dockerfile"] for s in compose.values()} == {"docker/Dockerfile.haproxy", "docker/Dockerfile.nginx"}
dependabot = yaml.safe_load(open(".github/dependabot.yml"))
assert dependabot["version"] == 2 and "docker" in {u["package-ecosystem"] for u in dependabot["updates"]}
workflow = yaml.safe_load(open(".github/workflows/images.yml"))
steps = [step for job in workflow["jobs"].values() for step in job["steps"]]
assert any("upload-sarif" in step.get("uses", "") for step in steps)
assert all(("uses" in step) != ("run" in step) for step in steps)
gitlab = yaml.safe_load(open(".gitlab-ci.yml"))
assert {gitlab[job]["stage"] for job in ("lint", "check", "ship", "audit")} <= set(gitlab["stages"])
# One upload a category: GitHub refuses a second run of the same program under it.
categories = [(job, step["with"]["category"]) for job, body in workflow["jobs"].items() for step in body["steps"]
              if "upload-sarif" in step.get("uses", "")]
assert len(set(category for job, category in categories)) == len(categories)
assert all(step["with"]["sarif_file"].endswith(".sarif") for step in steps if "upload-sarif" in step.get("uses", ""))
PYTHON
# Each command that is written down anywhere is one that plimsoll takes: with --help behind it, it ends with 0.
check "pipelines, scripts, timer and cron line say what plimsoll understands" python3 - <<'PYTHON'
import os, re, shlex, subprocess, sys
files = [".github/workflows/images.yml", ".gitlab-ci.yml", "cron/plimsoll-audit", "systemd/plimsoll-audit.service", "README.md",
         "scripts/audit-images.sh", "scripts/build-and-push-haproxy.sh", "scripts/build-and-push-nginx.sh"]
seen = wrong = 0
for file in files:
    for line in open(file):
        if line.lstrip().startswith("#"):
            continue
        for words in re.findall(r"(?:^|[\s`/-])plimsoll ([a-z][^;&|`}]*(?:\$?\{+[^}]*\}+[^;&|`}]*)*)", line):
            words = shlex.split(re.sub(r"\$\{\{.*?\}\}|\$\w+|\$@", "x", words), comments=True)
            done = subprocess.run([os.environ["PLIMSOLL"], *words, "--help"], capture_output=True, text=True)
            seen += 1
            if done.returncode:
                wrong += 1
                print(file, words, done.stderr)
sys.exit(wrong != 0 or seen < 20)
PYTHON
if command -v systemd-analyze >/dev/null 2>&1; then
    check "the timer runs monthly" sh -c 'systemd-analyze calendar "$(sed -n s/^OnCalendar=//p systemd/plimsoll-audit.timer)"'
    mkdir "$work/units"
    sed "s|/usr/local/bin/plimsoll|$PLIMSOLL|" systemd/plimsoll-audit.service >"$work/units/plimsoll-audit.service"
    cp systemd/plimsoll-audit.timer "$work/units"
    check "systemd takes both" systemd-analyze verify "$work/units/plimsoll-audit.service" "$work/units/plimsoll-audit.timer"
fi
# Where the timer's service may write, all that an audit writes goes.
while read -r line; do export "${line%%=*}=$(echo "${line#*=}" | sed "s|%[SC]|$work/var|")"; done <<ENVIRONMENT
$(sed -n 's/^Environment=//p' systemd/plimsoll-audit.service | tr ' ' '\n')
ENVIRONMENT
check "history, advisories and cache are below the folders of the service" sh -c "env -u PLIMSOLL_DB '$PLIMSOLL' db path | grep -q '^$work/var/plimsoll-audit/' &&
    env -u PLIMSOLL_CACHE '$PLIMSOLL' cache status | grep -q '$work/var/plimsoll-audit/'"
for script in scripts/*.sh; do check "$script is a good shell script" shellcheck "$script"; done
