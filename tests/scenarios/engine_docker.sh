#!/bin/sh
# docker for real: Debian's dockerd 20.10 with containerd and runc, containers that run, ports that are published, in
# namespaces of the scenario's own. Images are built by both of its builders, pulled from and pushed to plimsoll serve,
# saved, loaded and scanned; `ship` takes one from its Dockerfile to a release and tests it as a container.
. "$(dirname "$0")/lib.sh"
need iptables
need curl
[ -x /bin/busybox ] || skip "busybox-static is not installed"
debian_docker
compose=$(sh "$here/../../tools/clients" compose)/docker-compose
buildx=
[ -z "${SOAK:-}" ] || buildx=$(sh "$here/../../tools/clients" buildx)
apart "$@"
steps=$BUILD/tests/tools/ship-steps
for tool in ship-steps make-image open-image; do
    [ -x "$BUILD/tests/tools/$tool" ] || skip "$tool is not built"
done
cd "$work" || exit 1
mkdir -p home tmp app base
export HOME="$work/home" TMPDIR="$work/tmp" DOCKER_CONFIG="$work/config" XDG_STATE_HOME="$work/state"
export DOCKER_HOST="unix://$work/docker.sock" GIT_CEILING_DIRECTORIES="$work"
unset SOURCE_DATE_EPOCH DOCKER_BUILDKIT PLIMSOLL_ENGINE PLIMSOLL_CONFIG PLIMSOLL_FAIL_ON CONTAINER_HOST XDG_RUNTIME_DIR
other=$(command -v docker) # another docker command line than Debian's, where there is one
PATH=$docker:$PATH
said() { # WHAT PATTERN: a line of the last output, or of its errors
    if cat "$work/out" "$work/err" | grep -Eq -e "$2"; then ok "$1"; else
        fail "$1: nothing says $2"
        sed 's/^/    /' "$work/out" "$work/err" | tail -30
    fi
}

# Nothing is written into /etc/docker or the machine's /run.
mount -t tmpfs none /run || skip "nothing can be mounted here"
echo "{\"deprecated-key-path\": \"$work/key.json\"}" >daemon.json
start dockerd --config-file daemon.json --storage-driver vfs --data-root "$work/images" --exec-root "$work/exec" \
    --pidfile "$work/docker.pid" --cgroup-parent "/$cgroup" -H "$DOCKER_HOST"
daemon=$pid
for _ in $(seq 600); do
    docker info >/dev/null 2>&1 && break
    kill -0 "$daemon" 2>/dev/null || break
    sleep 0.1
done
docker info >info 2>&1 || skip "dockerd does not run here: $(grep -h 'level=\(error\|fatal\)\|failed' server.*.log | tail -n 1)"

cp /bin/busybox base/busybox
cp /bin/busybox app/busybox
printf 'FROM scratch\nCOPY busybox /bin/busybox\nCOPY busybox /bin/sh\n' >base/Dockerfile
exits "docker is found, with its daemon's version" 0 "$steps" engine docker
said "which is told" '^engine docker 20\.10\.[0-9+a-z]* vfs$'
exits "docker builds a base" 0 env DOCKER_BUILDKIT=0 "$steps" build docker base/Dockerfile base localhost/base:1
docker run --rm --network none localhost/base:1 busybox true >run 2>&1 ||
    skip "no container can start here: $(tail -n 1 run)"
ok "a container starts"

# A registry of ours: push, pull, a base that is not there, one that must be logged in for.
serve
password=$(sed -n 's/.*password //p' serve.out)
hub=127.0.0.1:$port
docker tag localhost/base:1 "$hub/base:1"
exits "the registry lets nobody push without a login" 1 docker push -q "$hub/base:1"
exits "docker logs in to plimsoll serve" 0 docker login -u admin -p "$password" "$hub"
exits "docker pushes to it" 0 docker push -q "$hub/base:1"
id=$(docker image inspect --format '{{.Id}}' "$hub/base:1")
docker rmi -f "$id" >/dev/null 2>&1
exits "a base is pulled" 0 env PULL=always "$steps" pull docker "$hub/base:1"
same "and is what was pushed" "id $id" "$(grep '^id ' out)"
exits "a base that is not there" 3 env PULL=always "$steps" pull docker "$hub/none:1"
said "says so, and what to do" 'Next: '
mv config/config.json config/kept
exits "a base that one must be logged in for" 3 env PULL=always "$steps" pull docker "$hub/base:2"
said "says so" 'log in there with this engine'
mv config/kept config/config.json

# Both builders, with a RUN that runs in a container.
cat >app/Dockerfile <<DOCKERFILE
FROM $hub/base:1
ARG WHO=nobody
RUN echo "made for \$WHO" >/health
EXPOSE 8080
USER 65534
HEALTHCHECK CMD ["/bin/busybox", "wget", "-q", "-O", "-", "http://127.0.0.1:8080/health"]
ENTRYPOINT ["/bin/busybox", "httpd", "-f", "-h", "/", "-p", "8080"]
DOCKERFILE
printf 'FROM %s/base:1\nRUN echo about to fail; exit 7\n' "$hub" >app/Fails
printf 'FROM %s/base:1\nCOPY nothing.txt /x\n' "$hub" >app/Copies
printf 'FROM %s/base:1\nCOYP a b\n' "$hub" >app/Words
printf 'FROM %s/nowhere:1\n' "$hub" >app/Nowhere
for kit in 0 1; do
    export DOCKER_BUILDKIT=$kit
    builder=$([ $kit = 1 ] && echo BuildKit || echo "the classic builder")
    exits "$builder builds" 0 env SOURCE_DATE_EPOCH=1700000000 "$steps" build docker app/Dockerfile app "localhost/app:$kit"
    id=$(sed -n 's/^id //p' out)
    same "$builder: its id is the digest of its configuration" 71 "$(printf %s "$id" | wc -c | tr -d ' ')"
    same "$builder: RUN ran" "made for nobody" "$(docker run --rm --network none --entrypoint /bin/busybox "localhost/app:$kit" cat /health)"
    rm -rf saved && mkdir saved
    exits "$builder: saved" 0 "$steps" save docker "localhost/app:$kit" "$work/saved"
    exits "$builder: scan reads what was saved" 0 "$PLIMSOLL" scan --offline --format "json=$work/scan.json" "$(sed -n 's/^source //p' out)"
    check "$builder: and finds busybox" grep -q '"busybox"' scan.json
    exits "$builder: scan asks the daemon" 0 "$PLIMSOLL" scan --format "json=$work/scan.json" "docker:localhost/app:$kit"
    check "$builder: the same image" grep -q "$id" scan.json
    exits "$builder: a RUN that fails" 3 "$steps" build docker app/Fails app localhost/fails:1
    said "$builder: says which, and with what" 'RUN echo about to fail; exit 7.*a command of the Dockerfile failed'
    exits "$builder: a file that is not in the context" 3 "$steps" build docker app/Copies app localhost/fails:1
    said "$builder: says so" 'a file is not in the build context'
    exits "$builder: a Dockerfile that cannot be parsed" 3 "$steps" build docker app/Words app localhost/fails:1
    said "$builder: says so" 'the Dockerfile cannot be parsed'
    exits "$builder: a base that is not there" 3 "$steps" build docker app/Nowhere app localhost/fails:1
    said "$builder: says so" 'the registry (has no such image|refuses, or has no such public repository)'
done
unset DOCKER_BUILDKIT

# What others made, loaded; tag, rmi.
cat >spec <<'SPEC'
image demo:1
config architecture amd64
layer ADD base
text etc/os-release ID=alpine\nVERSION_ID=3.16.9\n
text lib/apk/db/installed P:openssl\nV:1.1.1s-r0\nA:x86_64\no:openssl\n\n
history ENV A=b
layer COPY big
zeros var/big 3000000
SPEC
"$BUILD/tests/tools/make-image" -o demo.tar spec || fail "make-image"
exits "docker loads an archive of another program" 0 docker load -i demo.tar
exits "its layers are read from the daemon" 0 "$BUILD/tests/tools/open-image" daemon demo:1
same "and are good" "2 2" "$(grep -c '^layer' out) $(grep -c '^layer.* good$' out)"
exits "scan reads it" 0 "$PLIMSOLL" scan --format "json=$work/scan.json" demo:1
check "openssl is found, and the instruction that brought it" sh -c 'grep -q 1.1.1s-r0 scan.json && grep -q "ADD base" scan.json'
docker save -o saved/by-hand.tar localhost/app:1
exits "docker loads what it saved" 0 docker load -i saved/by-hand.tar
exits "tagged" 0 "$steps" tag docker localhost/app:1 localhost/app:copy
exits "removed" 0 "$steps" remove docker localhost/app:copy
exits "tags of an engine's image" 0 "$PLIMSOLL" tag apply localhost/app:1 --release 1.2.0 --local --engine docker
same "are docker's" "0 1 1.2 1.2.0 latest" "$(docker images --format '{{.Tag}}' localhost/app | sort | tr '\n' ' ' | sed 's/ $//')"
exits "an image that docker has not" 3 "$PLIMSOLL" tag apply localhost/none:1 --release 1.2.0 --local --engine docker

# ship: lint to record; the test runs the new image and asks it through a published port.
web=$(free_port)
cat >plimsoll.yaml <<YML
registry: $hub
images:
  - name: web
    dockerfile: app/Dockerfile
    context: app
    repository: team/web
    build-args: {WHO: everybody}
    gate: {fail-on: []}
    test: {command: ["sh", "ask.sh"]}
YML
cat >ask.sh <<SH
id=\$(docker run -d -p 127.0.0.1:$web:8080 "\$PLIMSOLL_IMAGE") || exit 1
answer=\$(curl -sS --retry 50 --retry-delay 1 --retry-connrefused "http://127.0.0.1:$web/health")
docker rm -f "\$id" >/dev/null
[ "\$answer" = "made for everybody" ]
SH
release=1.0.0
for line in "$docker/docker" $other; do
    version=$("$line" version --format '{{.Client.Version}}')
    PATH=$(dirname "$line"):$PATH
    export PATH
    release=1.0.$((${release##*.} + 1))
    exits "docker $version: ship" 0 "$PLIMSOLL" ship --engine docker --release "v$release"
    said "docker $version: built by the daemon" "build +passed .*by docker 20\.10"
    said "docker $version: tested as a container" "test +passed .*the command ended with 0"
    said "docker $version: pushed" "push +passed .*tags: $release, 1\.0, 1, latest"
    docker rmi -f "$hub/team/web:$release" >/dev/null 2>&1
    exits "docker $version: pulls what was shipped" 0 docker pull -q "$hub/team/web:$release"
    same "docker $version: it is what was built" "$(docker image inspect --format '{{.Id}}' "web:v$release")" \
        "$(docker image inspect --format '{{.Id}}' "$hub/team/web:$release")"
done
# compose: docker's plugin brings the stack up and takes it down; what HEALTHCHECK says is docker's.
mkdir -p config/cli-plugins
if [ -x "$compose" ]; then
    ln -s "$compose" config/cli-plugins/docker-compose
    cat >compose.yml <<YML
services:
  web:
    image: \${PLIMSOLL_IMAGE}
    ports: ["127.0.0.1:$web:8080"]
    volumes: ["kept:/kept"]
    stop_grace_period: 1s
volumes: {kept: {}}
YML
    sed 's|test: .*|test: {compose: compose.yml, health: "http://127.0.0.1:'"$web"'/health", seconds: 60}|' plimsoll.yaml >with-compose.yaml
    left() { docker ps -q; docker volume ls -q; docker network ls --format '{{.Name}}' | grep -v '^bridge$\|^host$\|^none$'; }
    exits "ship with docker compose" 0 "$PLIMSOLL" ship --config with-compose.yaml --engine docker --release v1.1.0
    said "the new image answered as a container" 'test +passed .*/health answered 200'
    same "nothing of the stack is left" "" "$(left)"
    sed 's|"/health"|"/never"|; s|/health"|/never"|; s|seconds: 60|seconds: 2|' with-compose.yaml >never.yaml
    exits "a stack that is never well" 1 "$PLIMSOLL" ship --config never.yaml --engine docker --release v1.2.0
    said "stops the release" 'test +refused .*last: 404'
    same "and is taken down, too" "" "$(left)"
    same "nothing was released" "" "$(docker pull -q "$hub/team/web:1.2.0" 2>/dev/null)"
    sed 's|image: .*|image: localhost/none:1|; s|ports|pull_policy: never\n    ports|' compose.yml >none.yml
    exits "a stack that does not come up" 1 "$steps" test --engine docker --compose none.yml --health "http://127.0.0.1:$web/health" --seconds 60
    said "is told at once" 'docker compose up ended with 1: .*localhost/none:1'
    same "and nothing is left of it" "" "$(left)"
else
    echo "skip $scenario: docker compose could not be had (tools/clients says why)"
fi

# buildx: BuildKit by its plugin; several platforms need a builder of their own.
if [ -n "${SOAK:-}" ]; then
    if [ -x "$buildx/docker-buildx" ]; then
        ln -s "$buildx/docker-buildx" config/cli-plugins/docker-buildx
        export DOCKER_BUILDKIT=1
        exits "buildx builds" 0 "$steps" build docker app/Dockerfile app localhost/app:buildx
        same "RUN ran" "made for nobody" "$(docker run --rm --network none --entrypoint /bin/busybox localhost/app:buildx cat /health)"
        exits "buildx: a RUN that fails" 3 "$steps" build docker app/Fails app localhost/fails:1
        said "is told with its step and last words" 'RUN echo about to fail; exit 7: .*about to fail \(a command of the Dockerfile failed'
        exits "buildx: a file that is not in the context" 3 "$steps" build docker app/Copies app localhost/fails:1
        said "is told" 'a file is not in the build context'
        sed 's|repository: .*|&\n    platforms: [linux/amd64, linux/arm64]|' plimsoll.yaml >several.yaml
        exits "several platforms with the daemon's own builder" 3 "$PLIMSOLL" build --config several.yaml --engine docker
        said "is told, and what to do" 'docker buildx create'
        # BuildKit's own daemon as the builder. Without a RUN, since nothing here runs programs of the other platform.
        if [ -x "$buildx/buildkitd" ]; then
            start "$buildx/buildkitd" --root "$work/buildkit" --addr "unix://$work/buildkit.sock" --containerd-worker=false \
                --oci-worker-snapshotter native --oci-worker-net host
            for _ in $(seq 600); do
                [ -S buildkit.sock ] && break
                sleep 0.1
            done
            exits "a builder for several" 0 docker buildx create --name several --driver remote --use "unix://$work/buildkit.sock"
            printf 'FROM scratch\nCOPY busybox /bin/busybox\nUSER 65534\nHEALTHCHECK NONE\nCMD ["/bin/busybox"]\n' >app/Several
            sed 's|app/Dockerfile|app/Several|; /test:\|build-args:/d; s|team/web|team/both|' several.yaml >both.yaml
            exits "ships an image of two" 0 "$PLIMSOLL" ship --config both.yaml --engine docker --release v1.0.0
            said "as such" 'build +passed .*as an image of several platforms by docker'
            for architecture in amd64 arm64; do
                exits "$architecture is scanned from the registry" 0 "$PLIMSOLL" scan --platform "linux/$architecture" --format "json=$work/scan.json" "$hub/team/both:1.0.0"
                check "as what it is" grep -q "$architecture" scan.json
            done
            exits "an image of one is built by it, too, and is in the daemon" 0 "$steps" build docker app/Several app localhost/app:remote
            same "by the id that is told" "$(sed -n 's/^id //p' out)" "$(docker image inspect --format '{{.Id}}' localhost/app:remote)"
        else
            echo "skip $scenario: buildkitd could not be had (tools/clients says why)"
        fi
        unset DOCKER_BUILDKIT
    else
        echo "skip $scenario: buildx could not be had (tools/clients says why)"
    fi
fi
same "no container runs any more" "" "$(docker ps -q)"
exits "doctor finds nothing wrong with the pull" 0 "$PLIMSOLL" doctor "$hub/team/web:1.0.1"

kill "$daemon"
wait "$daemon" 2>/dev/null
exits "a daemon that has ended" 3 "$steps" engine docker
said "says so, and what to do" 'its daemon does not answer.*systemctl start docker'
