# Shared by the scenarios: `. "$(dirname "$0")/lib.sh"`. Gives a folder of its own ($work, removed at the end), a store
# and a cache in it, and the words that tests/scenarios/run counts. Set by the runner: PLIMSOLL, BUILD, PLIMSOLL_SHARED.
set -u
scenario=$(basename "$0" .sh)
here=$(cd "$(dirname "$0")" && pwd)
: "${PLIMSOLL:=$here/../../build/src/cli/plimsoll}"
: "${BUILD:=$(dirname "$(dirname "$(dirname "$PLIMSOLL")")")}"
: "${PLIMSOLL_SHARED:=$here/../../../shared}"
work=$(mktemp -d "${TMPDIR:-/tmp}/plimsoll-$scenario.XXXXXX")
export PLIMSOLL_DB="$work/db" PLIMSOLL_CACHE="$work/cache" NO_COLOR=1
# With a sanitized build (BUILD=build-asan): leaks that are libgit2's are not ours.
export LSAN_OPTIONS="suppressions=$here/../lsan.supp:print_suppressions=0${LSAN_OPTIONS:+:$LSAN_OPTIONS}"
started=

# Ends what `start` began, by its id, and removes the folder.
finish() {
    for id in $started; do kill "$id" 2>/dev/null; done
    for id in $started; do wait "$id" 2>/dev/null; done
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 1' INT TERM HUP

ok() { echo "ok $scenario: $*"; }
fail() { echo "FAIL $scenario: $*"; }
# Loud, and counted: a test whose component or data is not here.
skip() {
    echo "skip $scenario: $*"
    exit 0
}
need() { command -v "$1" >/dev/null 2>&1 || skip "$1 is not installed"; }

# check WHAT COMMAND…: ok when the command succeeds; its output is shown when it does not.
check() {
    what=$1
    shift
    if "$@" >"$work/check.out" 2>&1; then
        ok "$what"
    else
        fail "$what"
        sed 's/^/    /' "$work/check.out" | head -40
    fi
}
# exits WHAT CODE COMMAND…: ok when the command ends with just that code. Output in $work/out and $work/err.
exits() {
    what=$1 code=$2
    shift 2
    "$@" >"$work/out" 2>"$work/err"
    got=$?
    if [ $got = "$code" ]; then
        ok "$what"
    else
        fail "$what: exit $got, not $code"
        sed 's/^/    /' "$work/out" "$work/err" | head -40
    fi
}
# same WHAT EXPECTED GOT
same() {
    if [ "$2" = "$3" ]; then
        ok "$1"
    else
        fail "$1"
        printf '    expected: %s\n    got:      %s\n' "$2" "$3" | head -40
    fi
}
# eventually WHAT COMMAND…: as check, of what another process does in its own time: tried for two minutes.
eventually() {
    what=$1 end=$(($(date +%s) + 120))
    shift
    until "$@" >"$work/check.out" 2>&1; code=$?; [ $code = 0 ] || [ "$(date +%s)" -gt $end ]; do sleep 0.1; done
    if [ $code = 0 ]; then
        ok "$what"
        return
    fi
    fail "$what"
    sed 's/^/    /' "$work/check.out" | head -40
}
# becomes WHAT EXPECTED COMMAND…: until that is what the command prints; two minutes at most.
becomes() {
    what=$1 expected=$2 end=$(($(date +%s) + 120))
    shift 2
    until got=$("$@" 2>&1); [ "$got" = "$expected" ] || [ "$(date +%s)" -gt $end ]; do sleep 0.1; done
    same "$what" "$expected" "$got"
}
# logged FILE: until what was asked so far of `serve --access-log FILE` ($url) stands there, which comes a moment later.
logged() {
    mark=mark-$(date +%s%N)
    curl -s -o /dev/null "$url/$mark"
    for _ in $(seq 600); do
        grep -qs "$mark" "$1" && return
        sleep 0.1
    done
    fail "the access log does not come"
}
# start COMMAND…: in the background, ended with the scenario. Its id is in $pid.
start() {
    "$@" >"$work/server.$$.log" 2>&1 &
    pid=$!
    started="$started $pid"
}
# A port that no other test takes, also while a server is killed and started again there.
free_port() { python3 "$here/ports.py"; }
# wait_port PORT: until something listens there, a minute at most.
wait_port() {
    python3 - "$1" <<'EOF'
import socket, sys, time
end = time.time() + 60
while time.time() < end:
    try:
        socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1).close()
        sys.exit(0)
    except OSError:
        time.sleep(0.05)
sys.exit(1)
EOF
}
# clients NAME…: puts the clients of tools/clients (aws, python, crane, oras, regctl, conformance) on PATH; a scenario
# whose client cannot be had is skipped, loudly.
clients() {
    bin=$(sh "$here/../../tools/clients") || skip "tools/clients failed"
    PATH=$bin:$PATH
    for client in "$@"; do
        [ -x "$bin/$client" ] || skip "$client could not be had (tools/clients says why)"
    done
}
# apart "$@": starts the script again as root of networks, mounts and processes of its own: daemons may make bridges and
# firewall rules there, and all that was started ends with the script. Sets $cgroup, for what is to be cleaned up behind it.
apart() {
    cgroup=${PLIMSOLL_APART-}
    if [ -n "$cgroup" ]; then
        ip link set lo up || skip "no ip command (iproute2)"
        return 0
    fi
    [ "$(id -u)" = 0 ] || skip "needs root: namespaces, containers"
    unshare --mount --net --pid --fork --kill-child --mount-proc true 2>/dev/null || skip "namespaces cannot be made here"
    PLIMSOLL_APART=plimsoll-test-$$ unshare --mount --net --pid --fork --kill-child --mount-proc sh "$0" "$@"
    code=$?
    for _ in $(seq 600); do # what was killed is gone a moment later
        find /sys/fs/cgroup -depth -type d \( -path "*/plimsoll-test-$$" -o -path "*/plimsoll-test-$$/*" \) -exec rmdir {} + 2>/dev/null
        [ -n "$(find /sys/fs/cgroup -maxdepth 3 -type d -name "plimsoll-test-$$" 2>/dev/null)" ] || break
        sleep 0.1
    done
    exit $code
}
# debian_docker: the folder of dockerd, containerd, runc and docker's command line, in $docker; skipped where it cannot be had.
debian_docker() {
    docker=$(sh "$here/../../tools/clients" docker) && [ -x "$docker/dockerd" ] && return 0
    skip "dockerd could not be had (tools/clients says why)"
}
# serve [OPTION…]: the registry on a free port, with its data in ${data:-$work/data}. Sets $port, $url, $pid; the admin's
# key is in the AWS_… variables, so that aws, boto3 and `aws ecr get-login-password` work as they are.
serve() {
    port=$(free_port) url=http://127.0.0.1:$port
    export PLIMSOLL_BOOTSTRAP_ACCESS_KEY=AKIAEXAMPLEEXAMPLE00
    export PLIMSOLL_BOOTSTRAP_SECRET_KEY=a-secret-of-the-test-only-0123456789abcd
    export AWS_ACCESS_KEY_ID=$PLIMSOLL_BOOTSTRAP_ACCESS_KEY AWS_SECRET_ACCESS_KEY=$PLIMSOLL_BOOTSTRAP_SECRET_KEY
    export AWS_ENDPOINT_URL=$url AWS_DEFAULT_REGION=us-east-1 AWS_PAGER=
    export AWS_CONFIG_FILE="$work/none" AWS_SHARED_CREDENTIALS_FILE="$work/none" AWS_EC2_METADATA_DISABLED=true
    "$PLIMSOLL" serve --data "${data:-$work/data}" --listen "127.0.0.1:$port" "$@" >"$work/serve.out" 2>"$work/serve.err" &
    pid=$!
    started="$started $pid"
    # It listens a moment before the first user is made, and says that it serves after that.
    wait_port "$port" && for _ in $(seq 600); do
        grep -qs ' serves ' "$work/serve.out" "$work/serve.err" && return 0
        sleep 0.05
    done
    fail "plimsoll serve does not listen"
    sed 's/^/    /' "$work/serve.out" "$work/serve.err" | head -20
    exit 1
}
