#!/bin/sh
# nginx: its own verdict of our table of configurations; predicted headers against what curl sees; --fix proven live.
. "$(dirname "$0")/lib.sh"
PATH=$PATH:/usr/sbin
need nginx
need curl
need jq
need openssl
need python3
nginx -v 2>&1 | grep -q 'nginx/1\.22\.' || skip "the table is of nginx 1.22, and here is $(nginx -v 2>&1)"
cd "$work" || exit 1
chmod 755 "$work"
mkdir table random mended

if [ -e /usr/lib/nginx/modules/ngx_stream_module.so ] && [ -e /usr/lib/nginx/modules/ngx_mail_module.so ]; then
    check "nginx -t has the verdicts of the table" python3 "$here/nginx_verdicts.py" \
        "$here/../data/lint/nginx/verdicts.txt" "$work/table"
else
    echo "skip $scenario: the modules stream and mail are not installed"
fi
check "25 random configurations: predicted headers are what clients get" \
    python3 "$here/nginx_random.py" "$PLIMSOLL" "$work/random" 1 25
check "15 random configurations: mended, all answers have the headers" \
    python3 "$here/nginx_random.py" "$PLIMSOLL" "$work/mended" 1000 15 fix

# TLS, all headers that OWASP advises, every status.
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost >/dev/null 2>&1
port=$(free_port)
plain=$(free_port)
mkdir -p root/folder root/empty conf.d
echo page >root/index.html
echo missing >root/404.html
cat >site.nginx.conf <<EOT
daemon off;
pid $work/pid;
error_log $work/error.log;
events { worker_connections 64; }

http {
    client_body_temp_path $work/temp;
    proxy_temp_path $work/temp;
    fastcgi_temp_path $work/temp;
    uwsgi_temp_path $work/temp;
    scgi_temp_path $work/temp;
    access_log off;

    server {
        listen 127.0.0.1:$plain;
        server_name localhost;
        return 301 https://localhost:$port\$request_uri;
    }

    server {
        listen 127.0.0.1:$port ssl http2;   # the site
        server_name localhost;
        ssl_certificate $work/cert.pem;
        ssl_certificate_key $work/key.pem;
        ssl_protocols TLSv1 TLSv1.2;
        root $work/root;
        error_page 404 /404.html;
        include conf.d/*.conf;

        location / { }
        location = /404.html { internal; add_header X-Page missing; }
        location /cached/ {
	    add_header Cache-Control "max-age=60";
	    return 200 "cached";
        }
        location = /wrong { return 500; }
        location = /broken { proxy_pass http://127.0.0.1:1; }
        location = /denied { deny all; }
        location = /moved { return 302 /; }
    }
}
EOT
echo 'add_header X-Content-Type-Options "nosniff";' >conf.d/security-headers.conf
cp -r conf.d before.d
cp site.nginx.conf before.nginx.conf
check "nginx takes the configuration" nginx -t -q -c "$work/site.nginx.conf"
exits "it has findings" 1 "$PLIMSOLL" lint --offline --target-version 1.22.1 site.nginx.conf
"$PLIMSOLL" lint --offline --target-version 1.22.1 --fix site.nginx.conf >fixed.out 2>&1
check "nginx takes the mended one" nginx -t -q -c "$work/site.nginx.conf"
check "the include is where headers are added" test "$(wc -l <conf.d/security-headers.conf)" -ge 9
cp site.nginx.conf once.nginx.conf
cp conf.d/security-headers.conf once.include
"$PLIMSOLL" lint --offline --target-version 1.22.1 --fix site.nginx.conf >/dev/null 2>&1
check "mending twice is mending once" cmp site.nginx.conf once.nginx.conf
check "in the include, too" cmp conf.d/security-headers.conf once.include
check "comments and tabs stay" sh -c 'grep -q "http2;   # the site" site.nginx.conf && grep -q "$(printf "\t    add_header X-Frame")" site.nginx.conf'

start nginx -c "$work/site.nginx.conf"
wait_port "$port" || fail "nginx does not listen"
# answers WHAT STATUS PATH [OPTIONS]: the answer has each header once.
answers() {
    what=$1 status=$2 path=$3
    shift 3
    got=$(curl -sk -o /dev/null -D headers "$@" -w '%{http_code}' "https://localhost:$port$path")
    same "$what: status" "$status" "$got"
    for header in strict-transport-security:.*max-age=31536000 x-frame-options:.*DENY x-content-type-options:.*nosniff \
        content-security-policy:.*default-src referrer-policy:.*strict-origin permissions-policy:.*camera \
        cross-origin-opener-policy:.*same-origin cross-origin-embedder-policy:.*require-corp \
        cross-origin-resource-policy:.*same-origin; do
        same "$what: ${header%%:*} once" 1 "$(grep -ic "^$header" headers)"
    done
    same "$what: no version" 0 "$(grep -c '^server: nginx/' headers)"
}
answers "200" 200 /
answers "301 of nginx" 301 /folder
answers "302 by return" 302 /moved
answers "404 with an error page" 404 /nothing
answers "500 by return" 500 /wrong
answers "502, the upstream is not there" 502 /broken
answers "403, denied" 403 /denied
answers "405, nginx's own" 405 / -X POST
answers "a location with headers of its own" 200 /cached/
same "the plain server redirects" 301 "$(curl -s -o /dev/null -w '%{http_code}' "http://localhost:$plain/")"
"$PLIMSOLL" lint --offline --target-version 1.22.1 --format json site.nginx.conf >report.json
same "the grade of every page is A+" '["-","A+"]' "$(jq -c '[.routes[].grade] | unique' report.json)"

# config parse, by an independent validator.
"$PLIMSOLL" config parse --target-version 1.22.1 site.nginx.conf >tree.json
check "config parse writes JSON" jq -e '.config | length > 3' tree.json
check "the tree has names, arguments and lines" jq -e '[.config[] | select(.directive == "events")][0] |
    .line == 4 and .args == [] and .block[0].args == ["64"]' tree.json
check "what an include brings stands in it" jq -e '[.. | objects | select(.directive? == "include")][0].included | length >= 9' tree.json
if python3 -c 'import jsonschema' 2>/dev/null; then
    check "as docs/schema/nginx.json says" python3 - "$here/../../docs/schema/nginx.json" tree.json <<'PYTHON'
import json, sys
from jsonschema import Draft202012Validator
schema, document = (json.load(open(name, encoding="utf-8")) for name in sys.argv[1:3])
Draft202012Validator.check_schema(schema)
errors = list(Draft202012Validator(schema).iter_errors(document))
for error in errors[:5]:
    print("/".join(map(str, error.absolute_path)), error.message[:200])
sys.exit(bool(errors))
PYTHON
fi
printf 'events { }\nhttp {\n    server {\n        listen 80\n    }\n}\n' >bad.conf
exits "what nginx refuses is exit 3" 3 "$PLIMSOLL" config parse bad.conf
check "with file and line" grep -q 'bad.conf:5: unexpected "}"' err
printf 'include b.conf;\n' >a.conf
printf 'include a.conf;\n' >b.conf
exits "an include loop is exit 3" 3 "$PLIMSOLL" config parse a.conf
check "and is named" grep -q 'b.conf:1: .*a.conf includes itself' err
