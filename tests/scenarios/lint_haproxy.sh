#!/bin/sh
# lint of HAProxy's configuration against the real HAProxy (Debian's 2.6): the same verdicts as haproxy -c, headers
# predicted as curl sees them, and fixes that send what they promise on every status.
. "$(dirname "$0")/lib.sh"
need haproxy
need curl
need openssl
need python3
live="$here/haproxy_live.py"
judge="$BUILD/tests/tools/haproxy-judge"
data="$here/../data/lint/haproxy"
# What the list of verdicts is written for.
haproxy -v | grep -q 'version 2\.6' || skip "the judge of these cases is HAProxy 2.6"

# --- verdicts
mkdir "$work/cases"
python3 "$live" cases "$data/verdicts.txt" "$work/cases"
wrong=0
tab=$(printf '\t')
while IFS="$tab" read -r file verdict line version name; do
    got=$("$judge" verdict "$version" "$work/cases/$file" | cut -f2,3)
    case $verdict/$got in
        accepted/accepted*) ;;
        "refused/refused$tab$line:"*) ;;
        *) wrong=$((wrong + 1)) && echo "FAIL $scenario: $name: plimsoll says $got, not $verdict $line" ;;
    esac
    [ "$version" = 2.6 ] || continue
    haproxy -c -f "$work/cases/$file" >"$work/c.out" 2>&1 </dev/null
    code=$?
    # 2: nothing is wrong, and nothing would listen
    [ $code = 1 ] && real=refused || real=accepted
    [ "$real" = "$verdict" ] || { wrong=$((wrong + 1)); echo "FAIL $scenario: $name: HAProxy says $real, not $verdict"; }
done <"$work/cases/list"
same "verdicts of $(wc -l <"$work/cases/list") cases" 0 "$wrong"

# --- config parse
sed 's/PLAIN/8080/; s/SECURE/8443/; s/CLOSED/1/; s/STATS/8404/; s/UPSTREAM/9000/; s|PEM|/site.pem|' "$data/sites/edge.cfg" >"$work/parse.cfg"
exits "config parse" 0 "$PLIMSOLL" config parse --as haproxy "$work/parse.cfg"
cp "$work/out" "$work/parse.json"
if python3 -c 'import jsonschema' 2>/dev/null; then
    cat >"$work/validate.py" <<'PYTHON'
import json, sys
from jsonschema import Draft202012Validator
schema, document = (json.load(open(name, encoding="utf-8")) for name in sys.argv[1:3])
Draft202012Validator.check_schema(schema)
Draft202012Validator(schema).validate(document)
assert [s["type"] for s in document["sections"]] == ["global", "defaults", "frontend", "backend", "backend", "backend", "listen"]
front = document["sections"][2]
assert front["name"] == "www" and front["line"] == 13 and front["defaults"] == {"name": "", "line": 5}
assert front["lines"][2] == {"keyword": "http-request", "args": ["redirect", "scheme", "https", "code", "301"], "line": 16,
                             "condition": "if { path_beg /login } !{ ssl_fc }"}
PYTHON
    check "its JSON is as the schema says" python3 "$work/validate.py" "$here/../../docs/schema/haproxy.json" "$work/parse.json"
fi
printf 'userlist u\n    user a insecure-password hunter2\n' >"$work/secret.cfg"
exits "passwords are masked" 0 "$PLIMSOLL" config parse --as haproxy "$work/secret.cfg"
same "no password is printed" 0 "$(grep -c hunter2 "$work/out")"
printf 'backend app\n    sever a 127.0.0.1:80\n' >"$work/wrong.cfg"
exits "what HAProxy refuses is refused" 3 "$PLIMSOLL" config parse --as haproxy "$work/wrong.cfg"
same "with file and line" 1 "$(grep -c "wrong.cfg:2: " "$work/err")"

# --- predictions
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" -days 30 -subj /CN=localhost 2>/dev/null
cat "$work/cert.pem" "$work/key.pem" >"$work/site.pem"
start_upstream() {
    python3 "$live" upstream "$work/upstream" &
    started="$started $!"
    for _ in $(seq 600); do
        [ -s "$work/upstream" ] && break
        sleep 0.2
    done
    upstream=$(cat "$work/upstream")
}
# run FILE PORT: HAProxy with it, until the port answers; its id in $proxy.
run() {
    haproxy -db -f "$1" >"$work/haproxy.log" 2>&1 &
    proxy=$!
    started="$started $proxy"
    for _ in $(seq 600); do
        curl -ks -m 2 -o /dev/null "http://127.0.0.1:$2/" && return
        kill -0 $proxy 2>/dev/null || break
        sleep 0.2
    done
    fail "HAProxy does not start with $1: $(tail -n 1 "$work/haproxy.log")"
}
stop() { kill "$proxy" 2>/dev/null; wait "$proxy" 2>/dev/null || :; } # ended by us: no failure
start_upstream
for seed in 3 14 18 101 102; do
    folder="$work/site$seed"
    mkdir "$folder"
    python3 "$live" make $seed 16 "$upstream" "$work/site.pem" "$folder"
    printf 'listen alive\n    mode http\n    timeout client 5s\n    bind 127.0.0.1:%s\n    http-request return status 200\n' \
        "$(python3 "$live" ports 1)" >>"$folder/site.cfg"
    run "$folder/site.cfg" "$(tail -n 2 "$folder/site.cfg" | sed -n 's/.*bind 127.0.0.1://p')"
    "$judge" routes 2.6 "$folder/site.cfg" >"$folder/routes.json"
    check "headers of 16 random frontends, seed $seed" python3 "$live" compare "$folder"
    stop
done

# --- fixes
wanted="strict-transport-security x-frame-options x-content-type-options content-security-policy referrer-policy
permissions-policy cross-origin-opener-policy cross-origin-embedder-policy cross-origin-resource-policy"
# headers NAME URL: all that are wanted are there once (HSTS by TLS alone).
headers() {
    curl -ks -m 10 -o /dev/null -D "$work/head" "$2"
    missing=
    for header in $wanted; do
        count=$(grep -ci "^$header:" "$work/head")
        expected=1
        case $header/$2 in strict-transport-security/http:*) expected=$3 ;; esac
        # frame-ancestors says it, too
        [ $header = x-frame-options ] && [ "$count" = 0 ] && grep -qi 'content-security-policy:.*frame-ancestors' "$work/head" &&
            continue
        [ "$count" = "$expected" ] || missing="$missing $header($count)"
    done
    same "$1: $(sed -n '1s/ *\r*$//p' "$work/head")" "" "$missing"
}
for site in edge tabs guide; do
    set -- $(python3 "$live" ports 4)
    plain=$1 secure=$2 closed=$3 stats=$4
    sed "s/PLAIN/$plain/; s/SECURE/$secure/; s/CLOSED/$closed/; s/STATS/$stats/; s/UPSTREAM/$upstream/; s|PEM|$work/site.pem|" \
        "$data/sites/$site.cfg" >"$work/$site.cfg"
    cp "$work/$site.cfg" "$work/$site.before"
    haproxy -c -f "$work/$site.cfg" >/dev/null 2>&1
    before=$?
    "$PLIMSOLL" lint --offline --as haproxy --target-version 2.6 --fix "$work/$site.cfg" >"$work/out" 2>&1
    haproxy -c -f "$work/$site.cfg" >"$work/c.out" 2>&1
    same "$site: haproxy -c says the same of the fixed file" $before $?
    cp "$work/$site.cfg" "$work/$site.once"
    "$PLIMSOLL" lint --offline --as haproxy --target-version 2.6 --fix "$work/$site.cfg" >"$work/out" 2>&1
    check "$site: fixing again changes nothing" cmp "$work/$site.once" "$work/$site.cfg"
    # What was there is still there, comments and all; only lines of the rules' own changed.
    same "$site: comments stay" "$(grep -c '#' "$work/$site.before")" "$(grep -c '#' "$work/$site.cfg")"
    run "$work/$site.cfg" "$plain"
    # The guide's own line says it without a condition, and that is how it stays.
    [ $site = guide ] && hsts=1 || hsts=0
    for path in 200 301 404 500 deny own301 down; do
        headers "$site plain /$path" "http://127.0.0.1:$plain/$path" $hsts
        headers "$site TLS /$path" "https://127.0.0.1:$secure/$path" $hsts
    done
    headers "$site stats page" "http://127.0.0.1:$stats/" 0
    stop
done
