#!/bin/sh
# The test step with containers that run: podman-compose over podman with Debian's runc (crun refuses machines with cgroups
# of both versions), a network and published ports, in namespaces of the scenario's own. docker compose: engine_docker.sh.
. "$(dirname "$0")/lib.sh"
need podman
need podman-compose
need iptables
[ -x /bin/busybox ] || skip "busybox-static is not installed"
debian_docker
apart "$@"
steps=$BUILD/tests/tools/ship-steps
[ -x "$steps" ] || skip "$steps is not built"
cd "$work" || exit 1
mkdir -p home tmp app net
export HOME="$work/home" TMPDIR="$work/tmp" CONTAINERS_CONF="$work/containers.conf" CONTAINERS_STORAGE_CONF="$work/storage.conf"
unset XDG_RUNTIME_DIR DOCKER_HOST CONTAINER_HOST PLIMSOLL_ENGINE BUILDAH_ISOLATION STORAGE_DRIVER
mount -t tmpfs none /run || skip "nothing can be mounted here"
# Limits that need no right to raise them.
cat >containers.conf <<CONF
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "none"
[engine.runtimes]
runc = ["$docker/runc"]
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
log_driver = "k8s-file"
[network]
network_config_dir = "$work/net"
CONF
printf '[storage]\ndriver = "vfs"\ngraphroot = "%s/storage"\nrunroot = "%s/runroot"\n' "$work" "$work" >storage.conf
said() { # WHAT PATTERN: a line of the last output, or of its errors
    if cat "$work/out" "$work/err" | grep -Eq -e "$2"; then ok "$1"; else
        fail "$1: nothing says $2"
        sed 's/^/    /' "$work/out" "$work/err" | tail -30
    fi
}
left() { podman ps -aq 2>&1; podman network ls --format '{{.Name}}' 2>&1 | grep -v '^podman$'; podman volume ls -q 2>&1; }

cp /bin/busybox app/busybox
printf 'FROM scratch\nCOPY busybox /bin/busybox\nCOPY busybox /bin/sh\nRUN echo well >/health\nCMD ["/bin/busybox", "httpd", "-f", "-h", "/", "-p", "8080"]\n' >app/Dockerfile
exits "podman builds, with a RUN" 0 "$steps" build podman app/Dockerfile app localhost/app:new
podman run --rm --network none --cgroup-parent "/$cgroup" localhost/app:new /bin/busybox true >run 2>&1 ||
    skip "no container can start here: $(tail -n 1 run)"
ok "a container starts"

web=$(free_port)
cat >compose.yml <<YML
services:
  web:
    image: localhost/app:new
    ports: ["127.0.0.1:$web:8080"]
    volumes: ["kept:/kept"]
    stop_grace_period: 1s
volumes: {kept: {}}
YML
health=http://127.0.0.1:$web/health
compose() { "$steps" test --engine podman --compose compose.yml "$@"; }
exits "podman-compose brings it up, and it is well" 0 compose --health "$health" --seconds 300
said "it is named with its version" '^way compose, podman-compose 1\.'
said "it answered as a container" '^passed health: .*answered 200'
same "nothing of it is left" "" "$(left)"
exits "one that answers 404" 1 compose --health "http://127.0.0.1:$web/nothing" --seconds 15
said "is told with what was answered" 'last: 404'
same "and nothing is left" "" "$(left)"
sed 's|localhost/app:new|localhost/none:new|' compose.yml >none.yml
exits "an image that is not there" 1 "$steps" test --engine podman --compose none.yml --health "$health" --seconds 300
said "is told at once: podman-compose itself ends with 0" 'podman-compose up ended with 125: .*localhost/none:new'
same "and nothing is left of that either" "" "$(left)"
sed 's|image: .*|&\n    command: ["/bin/busybox", "sh", "-c", "echo no way; exit 3"]|' compose.yml >ends.yml
exits "one that ends at once" 1 "$steps" test --engine podman --compose ends.yml --health "$health" --seconds 3
said "its last words are in the log" 'no way'
: >err # of the run before
"$steps" test --engine podman --compose compose.yml --health "http://127.0.0.1:$web/never" --seconds 100 >out 2>err &
victim=$!
for _ in $(seq 600); do
    grep -q 'waiting for' err && break
    sleep 0.1
done
kill -TERM $victim
wait $victim
same "ended by SIGTERM while it waits" 3 $?
same "and nothing is left" "" "$(left)"
