# Shared by the scenarios of a real Gitea (. lib.sh first): starts the one of tools/clients in $work/gitea, with people
# (ada, bob, mallory; ada may write everywhere of hers) and tags at a stand-in for Docker Hub. With SOAK=1 only: it
# takes a quarter of an hour to build.
[ -n "${SOAK:-}" ] || skip "a real Gitea runs in \`make soak\` (SOAK=1): building it takes long"
need git
need jq
need curl
need python3
gitea_folder=$(sh "$here/../../tools/clients" gitea) || skip "tools/clients failed"
[ -x "$gitea_folder/gitea" ] || skip "gitea could not be had (tools/clients says why)"
export HOME="$work" GIT_CONFIG_NOSYSTEM=1 GIT_TERMINAL_PROMPT=0 DOCKER_HOST=unix:///nonexistent/docker.sock
export LSAN_OPTIONS="$LSAN_OPTIONS:fast_unwind_on_malloc=0" # see lsan.supp
unset XDG_RUNTIME_DIR REGISTRY_AUTH_FILE PLIMSOLL_OFFLINE FORGEJO_TOKEN GITEA_TOKEN SSH_AUTH_SOCK
password=a-passw0rd-of-the-test

# gitea COMMAND…: with our configuration, and as whoever runs the tests.
gitea() { GITEA_I_AM_BEING_UNSAFE_RUNNING_AS_ROOT=true "$gitea_folder/gitea" --config "$work/gitea/app.ini" "$@"; }

# It answers few items a page (fewer than are asked for), and checks pull requests quickly.
gitea_start() {
    gitea_port=$(free_port) site=http://127.0.0.1:$gitea_port${gitea_path:-}
    mkdir -p "$work/gitea"
    cat >"$work/gitea/app.ini" <<INI
RUN_MODE = prod
WORK_PATH = $work/gitea
[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = $gitea_port
ROOT_URL = $site/
LOCAL_ROOT_URL = $site/
USE_SUB_URL_PATH = ${gitea_path:+true}
STATIC_ROOT_PATH = $gitea_folder
OFFLINE_MODE = true
DISABLE_SSH = true
[database]
DB_TYPE = sqlite3
[security]
INSTALL_LOCK = true
PASSWORD_HASH_ALGO = pbkdf2\$1\$50
MIN_PASSWORD_LENGTH = 6
[service]
DISABLE_REGISTRATION = true
[repository]
DEFAULT_BRANCH = main
[indexer]
ISSUE_INDEXER_TYPE = db
[actions]
ENABLED = false
[packages]
ENABLED = false
[api]
MAX_RESPONSE_ITEMS = 7
[log]
LEVEL = Warn
INI
    gitea migrate >"$work/gitea/setup.log" 2>&1 || { fail "gitea migrate"; tail -5 "$work/gitea/setup.log"; exit 1; }
    for who in ada bob mallory; do
        gitea admin user create --username $who --password "$password" --email $who@example.org \
            --must-change-password=false >>"$work/gitea/setup.log" 2>&1 || fail "user $who"
    done
    GITEA_I_AM_BEING_UNSAFE_RUNNING_AS_ROOT=true start "$gitea_folder/gitea" --config "$work/gitea/app.ini" web
    for _ in $(seq 300); do
        curl -sf "$site/api/healthz" >/dev/null && return
        sleep 0.2
    done
    fail "gitea does not listen"
    tail -20 "$work/server.$$.log"
    exit 1
}

# api METHOD PATH [JSON]: as ada, or as $as.
api() {
    curl -s -u "${as:-ada}:$password" -X "$1" -H 'Content-Type: application/json' ${3:+-d "$3"} "$site/api/v1$2"
}
# token NAME SCOPE…: of ada, with just those scopes.
token() {
    name=$1
    shift
    api POST /users/ada/tokens "$(printf '%s\n' "$@" | jq -R . | jq -s --arg name "$name" '{name: $name, scopes: .}')" |
        jq -r .sha1
}
# gitea_repository NAME: of ada, private and empty; the working folder becomes a clone with one commit.
gitea_repository() {
    api POST /user/repos "{\"name\": \"$1\", \"private\": true, \"default_branch\": \"main\"}" >"$work/made.json"
    [ "$(jq -r .full_name "$work/made.json")" = "ada/$1" ] || { fail "no repository $1"; cat "$work/made.json"; exit 1; }
    mkdir "$work/$1"
    cd "$work/$1" || exit 1
    git init -q -b main
    git config user.name Ada && git config user.email ada@example.org
    git remote add origin "$site/ada/$1.git"
    git config credential.helper "!f() { echo username=ada; echo password=$password; }; f"
}
# push WHAT…: what Gitea says of it is kept to itself. Right after the first one a repository counts as empty, and has no
# pull requests, until Gitea has had a look at it.
push() {
    git push -q origin "$@" >"$work/push.log" 2>&1 || { fail "git push $*"; sed 's/^/    /' "$work/push.log"; }
    for _ in $(seq 600); do
        api GET "/repos/ada/$(basename "$PWD")" | jq -e '.empty | not' >/dev/null && return
        sleep 0.1
    done
}
# tags NAME TAG…: what the stand-in for Docker Hub has of an official image.
tags() {
    name=$1
    shift
    printf '%s\n' "$@" | jq -R '{name: ., last_updated: "2026-11-10T08:00:00Z", full_size: 1, digest: null}' |
        jq -s . >"$work/hub/library/$name.json"
    rm -rf "$PLIMSOLL_CACHE"
}
hub_start() {
    mkdir -p "$work/hub/library"
    hub_port=$(free_port)
    export PLIMSOLL_HUB_URL=http://127.0.0.1:$hub_port
    start python3 "$here/fake_hub.py" "$hub_port" "$work/hub"
    wait_port "$hub_port"
}
