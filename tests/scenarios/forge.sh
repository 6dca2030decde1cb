#!/bin/sh
# Pull requests and issues of `update`, on each forge: real git over HTTP, and a stand-in for the forge that checks every
# request against its published description (tests/tools/forge_api.py says which).
. "$(dirname "$0")/lib.sh"
need git
need python3
need jq
need curl
propose=$BUILD/tests/tools/propose
[ -x "$propose" ] || skip "tests/tools/propose is not built"
export HOME="$work" GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0
export LSAN_OPTIONS="$LSAN_OPTIONS:fast_unwind_on_malloc=0" # see lsan.supp
unset GITHUB_TOKEN GH_TOKEN GITLAB_TOKEN GITEA_TOKEN FORGEJO_TOKEN BITBUCKET_TOKEN
token=t0ken-of-the-test

# forge KIND: a repository, the forge that has it, a clone in $work/KIND/web whose origin it is.
forge() {
    kind=$1 variable=$2 folder=$work/$1.$(free_port)
    mkdir -p "$folder"
    git init -q --bare -b main "$folder/web.git"
    git --git-dir "$folder/web.git" config http.receivepack true
    git init -q -b main "$folder/web"
    cd "$folder/web" || exit 1
    git config user.name Ada && git config user.email ada@example.org
    mkdir docker
    printf 'FROM haproxy:3.3.1-alpine\nCOPY x /x\n' >docker/Dockerfile
    printf 'FROM nginx:1.29.3\nFROM node:20-slim\n' >Dockerfile
    git add . && git commit -qm first
    port=$(free_port) api=http://127.0.0.1:$port/api
    git remote add origin "http://127.0.0.1:$port/acme/web.git"
    git push -q "$folder/web.git" main
    start python3 "$here/../tools/forge_server.py" "$kind" "$port" "$folder/web.git" $token
    wait_port "$port"
    export "$variable=$token"
}
run() { "$propose" -f "$kind" -u "$api" "$@"; }
state() { curl -s "http://127.0.0.1:$port/_control/state" | jq -r "$1"; }
tell() { curl -s -o /dev/null -d "$2" "http://127.0.0.1:$port/_control/$1"; }
tip() { git --git-dir "$folder/web.git" rev-parse -q --verify "$1"; }
haproxy() { run "$@" haproxy 3.3.1-alpine "$to" docker/Dockerfile; }
wrong() { same "$kind: nothing was against the description" "" "$(state '.wrong[]')"; }

each() {
    forge "$1" "$2"
    to=3.3.2-alpine
    exits "$kind: what would be done" 0 haproxy -n
    same "$kind: is said" "would open 0 plimsoll/haproxy-3.3 Update haproxy from 3.3.1-alpine to 3.3.2-alpine" \
        "$(cat "$work/out")"
    same "$kind: and not done" "0 " "$(state '.pulls | length') $(tip plimsoll/haproxy-3.3)"
    exits "$kind: a pull request" 0 haproxy
    same "$kind: is opened" "opened 1 plimsoll/haproxy-3.3 Update haproxy from 3.3.1-alpine to 3.3.2-alpine" \
        "$(cat "$work/out")"
    same "$kind: into the default branch" "plimsoll/haproxy-3.3 main" "$(state '.pulls[0] | .branch + " " + .base')"
    check "$kind: with what it brings" sh -c "curl -s http://127.0.0.1:$port/_control/state | grep -q 'Two .*fixed.* findings'"
    same "$kind: one line is another" "+FROM haproxy:3.3.2-alpine" \
        "$(git --git-dir "$folder/web.git" diff main plimsoll/haproxy-3.3 | grep '^+[^+]')"
    tell clear '{}'
    exits "$kind: the same again" 0 haproxy
    same "$kind: changes nothing" "unchanged 1" "$(cut -d' ' -f1,2 "$work/out")"
    same "$kind: and writes nothing" "" "$(state '.requests[]' | grep -v '^GET ')"
    to=3.3.4-alpine before=$(tip plimsoll/haproxy-3.3)
    exits "$kind: a newer tag" 0 haproxy
    same "$kind: moves it" "updated 1 plimsoll/haproxy-3.3 Update haproxy from 3.3.1-alpine to 3.3.4-alpine" \
        "$(cat "$work/out")"
    same "$kind: with title and branch" "Update haproxy from 3.3.1-alpine to 3.3.4-alpine 1" \
        "$(state '.pulls[0].title') $(git --git-dir "$folder/web.git" rev-list --count main..plimsoll/haproxy-3.3)"
    [ "$before" != "$(tip plimsoll/haproxy-3.3)" ] || fail "$kind: the branch was not moved"
    # A second image, beside it, and one that Dependabot has already.
    tell pull '{"branch": "dependabot/docker/node-22-slim", "title": "Bump node from 20-slim to 22-slim"}'
    tell pull '{"branch": "renovate/nginx-1.x", "title": "Update nginx Docker tag to v1.29.4", "fork": true}'
    exits "$kind: three images" 0 haproxy nginx 1.29.3 1.29.4 Dockerfile node 20-slim 22-slim Dockerfile
    same "$kind: one is left to Dependabot, a stranger's fork counts for nothing" "left 2|opened 4|unchanged 1" \
        "$(cut -d' ' -f1,2 "$work/out" | paste -sd'|')"
    # Merged by hand: done. nginx's is not named in a complete run: nothing is left to do for it.
    git --git-dir "$folder/web.git" update-ref refs/heads/main "$(tip plimsoll/haproxy-3.3)"
    exits "$kind: what main has" 0 haproxy -c
    same "$kind: is closed, and what nobody asks for any more" "closed 1|closed 4" \
        "$(cut -d' ' -f1,2 "$work/out" | paste -sd'|')"
    same "$kind: with a comment each, and both branches gone" "2  " \
        "$(state '.comments | length') $(tip plimsoll/haproxy-3.3) $(tip plimsoll/nginx-1.29)"
    same "$kind: others stay open" "2 3" "$(state '[.pulls[] | select(.open) | .number] | join(" ")')"
    git fetch -q "$folder/web.git" main && git reset -q --hard FETCH_HEAD
    # All in one.
    exits "$kind: grouped" 0 run -g nginx 1.29.3 1.29.4 Dockerfile haproxy 3.3.4-alpine 3.3.5-alpine docker/Dockerfile
    same "$kind: is one pull request" "opened 5 plimsoll/updates Update nginx and 1 more" "$(cat "$work/out")"
    # Somebody else's commit.
    git clone -q -b plimsoll/updates "$folder/web.git" "$folder/other" 2>/dev/null
    (cd "$folder/other" && git -c user.name=B -c user.email=b@b commit -q --allow-empty -m mine && git push -q)
    before=$(tip plimsoll/updates)
    exits "$kind: a branch with another's commit" 0 run -g nginx 1.29.3 1.29.5 Dockerfile
    same "$kind: is left alone" "left 5 $before" "$(cut -d' ' -f1,2 "$work/out") $(tip plimsoll/updates)"
    exits "$kind: when nothing is left to do" 0 run -c
    same "$kind: that one is not closed either" "left 5 true" "$(cut -d' ' -f1,2 "$work/out") $(state '.pulls[] | select(.number == 5).open')"
    # Many pages.
    tell fill '{"times": 120}'
    tell clear '{}'
    exits "$kind: over many pages" 0 run nginx 1.29.3 1.29.4 Dockerfile
    case $kind in gitea | forgejo) pages=5 ;; *) pages=3 ;; esac
    same "$kind: all are read" $pages "$(state '.requests[]' | grep -c '^GET ')"
    # Issues.
    exits "$kind: an issue" 0 run -i haproxy 3.3.1-alpine CVE-2026-1,high,openssl,3.0.1 CVE-2026-2,low,zlib,1.2
    same "$kind: is opened" "opened - Findings without a fix in haproxy-3.3" "$(cut -d' ' -f1,3- "$work/out")"
    exits "$kind: the same" 0 run -i haproxy 3.3.2-alpine CVE-2026-1,high,openssl,3.0.1
    same "$kind: is updated, not doubled" "updated 1 false" \
        "$(cut -d' ' -f1 "$work/out") $(state '.issues | length') $(state '.issues[0].body | contains("CVE-2026-2")')"
    exits "$kind: and again" 0 run -i haproxy 3.3.2-alpine CVE-2026-1,high,openssl,3.0.1
    same "$kind: left as it is" unchanged "$(cut -d' ' -f1 "$work/out")"
    exits "$kind: another image" 0 run -i nginx 1.29.3 CVE-2026-1,high,openssl,3.0.1
    exits "$kind: a complete run without it" 0 run -i -c haproxy 3.3.2-alpine CVE-2026-1,high,openssl,3.0.1
    same "$kind: closes what nothing uses any more" "unchanged|closed" "$(cut -d' ' -f1 "$work/out" | paste -sd'|')"
    exits "$kind: nothing without a fix" 0 run -i haproxy 3.3.2-alpine
    same "$kind: closes it" "closed false" "$(cut -d' ' -f1 "$work/out") $(state '.issues[0].open')"
    wrong
}

each github GITHUB_TOKEN
# ---- what goes wrong, on one of them ----
to=3.3.9-alpine
said() { check "$1" grep -q "$2" "$work/err"; }
secret() { check "$1" sh -c "! grep -q $token '$work/out' '$work/err'"; }
tell fault '{"match": "GET .*/pulls", "status": 401, "body": {"message": "Bad credentials"}}'
exits "an old token" 3 haproxy
said "is said, with what a new one needs" 'GITHUB_TOKEN or GH_TOKEN (401: Bad credentials).*read and write'
secret "and not shown"
tell fault '{"match": "POST .*/pulls", "status": 403, "body": {"message": "Resource not accessible by personal access token"}}'
exits "a token with too little" 3 run nginx 1.29.3 1.29.6 Dockerfile haproxy 3.3.4-alpine 3.3.9-alpine docker/Dockerfile
said "is said" 'may not do this in acme/web (403: Resource not accessible'
same "once" "updated failed" "$(cut -d' ' -f1 "$work/out" | paste -sd' ')"
exits "when it may" 0 run nginx 1.29.3 1.29.6 Dockerfile haproxy 3.3.4-alpine 3.3.9-alpine docker/Dockerfile
same "the branch that was pushed is taken up" "unchanged opened" "$(cut -d' ' -f1 "$work/out" | paste -sd' ')"
tell fault '{"match": "GET .*/pulls", "status": 404}'
exits "a repository that it cannot see" 3 haproxy
said "is said" 'pull requests turned off there.*shows no acme/web'
tell fault '{"match": "GET .*/issues", "status": 404}'
exits "issues that it does not see" 3 run -i haproxy 3.3.4 CVE-2026-1,high,openssl,3.0.1
said "are said" 'issues turned off there.*shows no acme/web'
tell fault "{\"match\": \"GET .*/pulls\", \"status\": 301, \"headers\": {\"Location\": \"$api/repos/acme/web/pulls?state=open&page=1\"}}"
exits "a repository of another name now" 3 haproxy
said "is said, with where it is" "sends acme/web on to $api/repos/acme/web/pulls.*renamed or moved.*set-url"
tell fault '{"match": "PATCH .*", "status": 423, "body": {"message": "acme/web is archived"}}'
exits "one that is archived" 3 run haproxy 3.3.4-alpine 3.3.10-alpine docker/Dockerfile
check "is said" grep -q '^failed .*acme/web is locked, or archived (423: acme/web is archived)' "$work/out"
tell fault '{"match": "PATCH .*", "status": 422, "body": {"message": "Validation Failed", "errors": [{"message": "title is too strange"}]}}'
exits "what the forge does not take" 3 run haproxy 3.3.4-alpine 3.3.10-alpine docker/Dockerfile
check "is a row with its words" grep -q '^failed .*422: Validation Failed; title is too strange' "$work/out"
tell fault '{"match": "GET .*/pulls", "status": 403, "headers": {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "+2000"}}'
exits "a limit of rate" 3 haproxy
said "says until when" 'no more requests until 20..-..-.. ..:..:.. UTC (in [0-9]* seconds)'
tell fault '{"match": "GET .*/pulls", "status": 403, "headers": {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "+1"}}'
exits "a short one" 0 run -w 10 haproxy 3.3.4-alpine 3.3.10-alpine docker/Dockerfile
tell fault '{"match": "GET .*/pulls", "status": 200, "body": {"a": 1}}'
exits "an answer that is no list" 3 haproxy
said "is said" 'no list: is --forge-url'
printf 'FROM haproxy:9.9.9\n' >docker/Dockerfile
exits "a file that is another on main" 3 run haproxy 9.9.9 9.9.10 docker/Dockerfile
check "is said" grep -q '^failed.*docker/Dockerfile: the line with .*push or pull first' "$work/out"
git checkout -q .
exits "no such base" 3 run -b nowhere haproxy 3.3.4-alpine 3.3.9-alpine docker/Dockerfile
said "says --base" 'no branch "nowhere"; --base'
(
    unset GITHUB_TOKEN
    exits "no token" 3 haproxy
    said "says which" 'no token for GitHub: set GITHUB_TOKEN or GH_TOKEN'
)
for status in 403 404; do
    tell fault "{\"match\": \"GET .*service=git-upload-pack\", \"status\": $status}"
    exits "git is answered $status" 3 haproxy
    said "which is said, with what the token needs" "shows no acme/web to the token.*contents.*status code: $status"
done
tell fault '{"match": "GET .*service=git-receive-pack", "status": 403}'
exits "a push is answered 403" 3 run haproxy 3.3.4-alpine 3.3.12-alpine docker/Dockerfile
check "which is said, with what it may be" \
    grep -q '^failed .*takes no push: .*archived.*may only read.*contents.*status code: 403' "$work/out"
tell fault "{\"match\": \"GET .*service=git-upload-pack\", \"status\": 301, \"headers\": {\"Location\": \"http://localhost:$port/x\"}}"
exits "git is sent to another host" 3 haproxy
said "and does not go there" "cannot redirect from '127.0.0.1' to 'localhost'"
printf '#!/bin/sh\nprintf "error:\\nerror: GH013: Changes must be made\\nerror: \\n" >&2\nexit 1\n' >"$folder/web.git/hooks/pre-receive"
chmod +x "$folder/web.git/hooks/pre-receive"
exits "a push that a rule forbids" 3 run haproxy 3.3.4-alpine 3.3.12-alpine docker/Dockerfile
check "is a row with the words of both" \
    grep -q '^failed .*takes no push to plimsoll/haproxy-3.3: pre-receive hook declined (is it a protected branch?): GH013: Changes must be made$' "$work/out"
rm "$folder/web.git/hooks/pre-receive"
export GITHUB_TOKEN=another
exits "git with another token" 3 haproxy
said "names where it is from" 'the token in GITHUB_TOKEN or GH_TOKEN was refused'
secret "does not show it either"
GITHUB_TOKEN=$token
exits "a token over plain http" 2 "$propose" -f github -u http://forge.example/api haproxy 3.3.4-alpine 3.3.9-alpine docker/Dockerfile
said "is not sent" 'in the clear'
# Two at once: one pushes, the other stops or finds it done; nothing is doubled.
(haproxy() { run haproxy 3.3.4-alpine 3.3.11-alpine docker/Dockerfile; }
    haproxy >"$work/a" 2>&1 & one=$!
    haproxy >"$work/b" 2>&1
    wait $one)
same "two at once open nothing twice" 1 "$(state '[.pulls[] | select(.open and .branch == "plimsoll/haproxy-3.3")] | length')"
wrong
each gitlab GITLAB_TOKEN
each gitea GITEA_TOKEN
each forgejo FORGEJO_TOKEN
each bitbucket BITBUCKET_TOKEN

# ---- over TLS, as it is outside of tests ----
forge github GITHUB_TOKEN
kind=github to=3.3.2-alpine
if command -v openssl >/dev/null; then
    openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key" -out "$work/ca" -days 2 -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost >/dev/null 2>&1
    cat "$work/ca" "$work/key" >"$work/pem"
    tls_port=$(free_port)
    start python3 "$here/../tools/forge_server.py" github "$tls_port" "$folder/web.git" $token "$work/pem"
    wait_port "$tls_port"
    git remote set-url origin "https://localhost:$tls_port/acme/web.git"
    api=https://localhost:$tls_port/api
    exits "a certificate that nobody vouches for" 3 haproxy
    check "is not believed" grep -qi 'certificate' "$work/err"
    secret "and the token not shown"
    exits "with --forge-ca" 0 run -a "$work/ca" haproxy 3.3.1-alpine "$to" docker/Dockerfile
    same "the branch is pushed over TLS" "opened 1" "$(cut -d' ' -f1,2 "$work/out")"
    same "and is there" "FROM haproxy:3.3.2-alpine" "$(git --git-dir "$folder/web.git" show plimsoll/haproxy-3.3:docker/Dockerfile | head -1)"
fi

# ---- a remote over ssh: the key file, and known_hosts as git has it ----
if [ -x /usr/sbin/sshd ] && [ "$(id -u)" = 0 ] && unshare -m true 2>/dev/null; then
    ssh_port=$(free_port)
    mkdir -p "$work/.ssh" && chmod 700 "$work" "$work/.ssh"
    ssh-keygen -q -t ed25519 -N '' -f "$work/hostkey"
    ssh-keygen -q -t ed25519 -N '' -f "$work/.ssh/id_ed25519"
    # Its folder of separation on a /run of its own: nothing of this machine is written.
    start unshare -m sh -c "mount -t tmpfs none /run && mkdir /run/sshd && exec /usr/sbin/sshd -D -e -f /dev/null -h $work/hostkey \
        -p $ssh_port -o ListenAddress=127.0.0.1 -o AuthorizedKeysFile=$work/authorized -o StrictModes=no -o UsePAM=no \
        -o PermitRootLogin=prohibit-password -o PasswordAuthentication=no -o PidFile=none"
    wait_port "$ssh_port"
    unset SSH_AUTH_SOCK
    forge github GITHUB_TOKEN
    to=3.3.2-alpine
    git remote set-url origin "ssh://root@127.0.0.1:$ssh_port/acme/web.git"
    # As a forge does it: a command of its own, which knows where acme/web lies.
    echo "eval \"\$(printf '%s' \"\$SSH_ORIGINAL_COMMAND\" | sed 's,/acme/web.git,$folder/web.git,')\"" >"$work/shim"
    allow() { printf 'restrict,command="/bin/sh %s" %s\n' "$work/shim" "$(cat "$work/.ssh/id_ed25519.pub")" >"$work/authorized"; }
    allow
    exits "a host that is in no known_hosts" 3 haproxy -n
    check "is not believed" grep -qiE 'host key|hostkey|certificate|known' "$work/err"
    printf '[127.0.0.1]:%s %s\n' "$ssh_port" "$(cut -d' ' -f1,2 "$work/hostkey.pub")" >"$work/.ssh/known_hosts"
    : >"$work/authorized"
    exits "a key that it does not take" 3 haproxy -n
    allow
    exits "a key that it takes" 0 haproxy
    same "the branch is pushed over ssh" "FROM haproxy:3.3.2-alpine" \
        "$(git --git-dir "$folder/web.git" show plimsoll/haproxy-3.3:docker/Dockerfile 2>&1 | head -1)"
fi
