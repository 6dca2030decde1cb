#!/bin/sh
# Engines as `plimsoll ship` asks them, and its test step. Real: buildah builds, pulls and saves (chroot, vfs), podman
# too, docker's command line without a daemon, podman-compose, haproxy and nginx. What cannot be had here (a daemon that
# refuses, a registry that limits) is programs on PATH that print what real ones were
# recorded to say (tests/data/ship/engine_failures.txt): these checks say "recorded".
. "$(dirname "$0")/lib.sh"
need python3
steps="$BUILD/tests/tools/ship-steps"
[ -x "$steps" ] || skip "$steps is not built"
cd "$work" || exit 1
mkdir tmp
export TMPDIR="$work/tmp" # what is left behind is looked for there
unset DOCKER_HOST CONTAINER_HOST STORAGE_DRIVER BUILDAH_ISOLATION SOURCE_DATE_EPOCH
said() { grep -qF -- "$1" "$work/out" "$work/err"; }
# fake NAME SCRIPT: an engine in a PATH that has no other.
mkdir -p fake tools
for tool in sh cat sleep grep; do ln -s "$(command -v $tool)" "tools/$tool"; done
fake() { printf '#!/bin/sh\n%s\n' "$2" >"fake/$1"; chmod +x "fake/$1"; }
only_fakes() { PATH="$work/fake:$work/tools" "$@"; }

# Which engine.
exits "no engine at all" 3 only_fakes "$steps" engine
check "says which were looked for, and how to get one" said "docker, podman, buildah and nerdctl were looked for in PATH; install one, for example: apt install buildah"
fake docker 'echo "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?" >&2; exit 1'
fake buildah '[ "$1" = --version ] && echo "buildah version 1.28.2 (image-spec 1.1.0)" || echo "false|vfs"'
exits "recorded: docker is down, the next one is taken" 0 only_fakes "$steps" engine
check "and docker is told of" said "note docker was passed over: its daemon does not answer"
check "the other one works" said "engine buildah 1.28.2 vfs"
check "without crun and runc it builds in a chroot" said "neither crun nor runc is installed"
exits "recorded: docker was asked for by name" 3 only_fakes "$steps" engine docker
check "and is not replaced" said "systemctl start docker"
fake docker 'echo "19.03.15|overlay2|[]"'
exits "recorded: too old" 3 only_fakes "$steps" engine docker
check "says how old, what is needed, and why" said "docker 19.03.15 is too old: at least 20.10 is needed, the first whose build takes --platform"
fake docker 'case $1 in info) echo "28.2.2|overlay2|[]" ;; *)
echo "Error response from daemon: toomanyrequests: You have reached your pull rate limit. You may increase the limit by authenticating and upgrading: https://www.docker.com/increase-rate-limit" >&2; exit 1 ;; esac'
exits "recorded: the rate limit of Docker Hub" 3 env PULL=always PATH="$work/fake:$work/tools" "$steps" pull docker haproxy:3.3.1-alpine
check "says so, and what to do" said "the registry's pull rate limit is reached; exit 1). Next: log in"
if command -v docker >/dev/null && ! docker info >/dev/null 2>&1; then
    exits "docker's own command line, without a daemon" 3 "$steps" engine docker
    check "says that the daemon does not answer" said "its daemon does not answer (Cannot connect to the Docker daemon"
else
    echo "skip $scenario: docker is not here, or has a daemon"
fi

# buildah for real: a base, a build from it with labels, its id, saved, scanned, tagged, removed.
if command -v buildah >/dev/null && [ "$(id -u)" = 0 ]; then
    mkdir -p app base
    cp "$(command -v busybox)" base/busybox
    printf 'FROM scratch\nCOPY busybox /bin/sh\nCOPY busybox /bin/cat\n' >base/Dockerfile
    printf 'FROM localhost/base:1\nARG WHO=nobody\nRUN echo hello $WHO >/hello\nCMD ["cat", "/hello"]\n' >app/Dockerfile
    printf 'FROM localhost/base:1\nRUN echo about to fail; exit 7\n' >app/Fails
    printf 'FROM localhost/base:1\nCOPY nothing.txt /x\n' >app/Copies
    printf 'FROM localhost/base:1\nRUN cat </dev/zero >/big\n' >app/Big
    # The programs take their storage from here, so that the machine's own is not touched.
    printf '[storage]\ndriver = "vfs"\ngraphroot = "%s/storage"\nrunroot = "%s/run"\n' "$work" "$work" >storage.conf
    printf '{"default": [{"type": "insecureAcceptAnything"}]}\n' >policy.json
    export CONTAINERS_STORAGE_CONF="$work/storage.conf"
    exits "buildah is found by name" 0 "$steps" engine buildah
    check "with its storage" said " vfs"
    exits "buildah builds a base" 0 "$steps" build buildah base/Dockerfile base localhost/base:1
    exits "and an image with a RUN, in a container or a chroot" 0 env SOURCE_DATE_EPOCH=1700000000 "$steps" build buildah app/Dockerfile app localhost/app:new
    id=$(sed -n 's/^id //p' out)
    same "its id is the digest of its configuration" 71 "$(printf %s "$id" | wc -c | tr -d ' ')"
    check "the time is that of SOURCE_DATE_EPOCH" said "--timestamp 1700000000"
    if grep -q 'isolation chroot from here on' out; then
        check "that no container could be made is said, with why" grep -q 'since no container could be made: .*crun' out
    fi
    exits "asked again, it has that id" 0 "$steps" id buildah localhost/app:new
    same "the same" "id $id" "$(grep ^id out)"
    mkdir saved
    exits "saved as a layout" 0 "$steps" save buildah localhost/app:new "$work/saved"
    same "which source_open takes" "source oci:$work/saved/image" "$(grep ^source out)"
    exits "and scan reads" 0 "$PLIMSOLL" scan --offline --format "json=$work/scan.json" "oci:$work/saved/image"
    same "it is the image that was built" "${id#sha256:}" \
        "$(python3 -c 'import json, sys; r = sys.argv[1]; i = json.load(open(r + "/index.json"))["manifests"][0]["digest"]; print(json.load(open(r + "/blobs/" + i.replace(":", "/")))["config"]["digest"][7:])' "$work/saved/image")"
    exits "tagged" 0 "$steps" tag buildah localhost/app:new localhost/app:1.2.0
    exits "a base that is there is not pulled" 0 "$steps" pull buildah localhost/base:1
    exits "a base that may not be pulled, and is not there" 3 env PULL=never "$steps" pull buildah localhost/none:1
    check "says so" said "--pull never was said"
    exits "a RUN that fails" 3 "$steps" build buildah app/Fails app localhost/fails:1
    check "says which step, and its last words" said "STEP 2/2: RUN echo about to fail; exit 7: about to fail"
    exits "a file that is not in the context" 3 "$steps" build buildah app/Copies app localhost/fails:1
    check "says so" said "a file is not in the build context"
    exits "a Dockerfile that is not there" 3 "$steps" build buildah app/Nowhere app localhost/fails:1
    check "names it" said "app/Nowhere"
    mkdir small
    if mount -t tmpfs -o size=12m none small 2>/dev/null; then
        printf '[storage]\ndriver = "vfs"\ngraphroot = "%s/small/storage"\nrunroot = "%s/small/run"\n' "$work" "$work" >small.conf
        export CONTAINERS_STORAGE_CONF="$work/small.conf"
        "$steps" build buildah base/Dockerfile base localhost/base:1 >out 2>err
        exits "a disk that is full" 3 "$steps" build buildah app/Big app localhost/big:1
        check "says so, and how to make room" said "no space is left"
        buildah rm -a >/dev/null 2>&1
        umount small
        export CONTAINERS_STORAGE_CONF="$work/storage.conf"
    else
        echo "skip $scenario: no tmpfs can be mounted here: a full disk is not tried"
    fi
    if command -v docker-registry >/dev/null; then
        port=$(free_port)
        printf 'version: 0.1\nstorage: {filesystem: {rootdirectory: "%s/registry"}}\nhttp: {addr: "127.0.0.1:%s"}\n' "$work" "$port" >registry.yml
        start docker-registry serve registry.yml
        wait_port "$port"
        export PLAIN_HTTP=1
        exits "Debian's registry has no such image" 3 env PULL=always "$steps" pull buildah "127.0.0.1:$port/none:1"
        check "says so, and what to do" said "the registry has no such image; exit 125). Next: check name and tag"
        check "buildah pushes there" buildah push -q --signature-policy policy.json --tls-verify=false localhost/base:1 "docker://127.0.0.1:$port/base:1"
        exits "a base is pulled from there" 0 env PULL=always "$steps" pull buildah "127.0.0.1:$port/base:1"
        check "with its id" grep -q '^id sha256:' out
        unset PLAIN_HTTP
    fi
    exits "removed" 0 "$steps" remove buildah localhost/app:new
    exits "podman has what buildah built" 0 "$steps" id podman localhost/app:1.2.0
    same "by the same id" "id $id" "$(grep ^id out)"
    exits "podman builds" 0 "$steps" build podman app/Dockerfile app localhost/app:podman
    mkdir saved2
    exits "podman saves" 0 "$steps" save podman localhost/app:podman "$work/saved2"
    exits "scan reads it" 0 "$PLIMSOLL" scan --offline "oci:$work/saved2/image"
    exits "for two platforms" 0 "$steps" build buildah base/Dockerfile base localhost/both:1 linux/amd64 linux/arm64
    exits "and again" 0 "$steps" build buildah base/Dockerfile base localhost/both:1 linux/amd64 linux/arm64
    same "the list holds those two, not those before" 2 "$(buildah manifest inspect localhost/both:1 | grep -c '"digest"')"
    exits "an image that was one of one platform" 0 "$steps" build podman base/Dockerfile base localhost/app:podman linux/amd64 linux/arm64
    exits "removed with its list" 0 "$steps" remove podman localhost/app:podman linux/amd64 linux/arm64
    mkdir saved3
    exits "saved with both" 0 "$steps" save buildah localhost/both:1 "$work/saved3" linux/amd64 linux/arm64
    exits "which scan reads for one of them" 0 "$PLIMSOLL" scan --offline --platform linux/arm64 "oci:$work/saved3/image"
    # docker's own command line, over podman's service: what dockerd would do is podman's here, the words are docker's.
    if command -v docker >/dev/null && command -v podman >/dev/null; then
        podman system service -t 0 "unix://$work/podman.sock" >service.log 2>&1 &
        started="$started $!"
        for _ in $(seq 600); do
            [ -S podman.sock ] && break
            sleep 0.1
        done
        export DOCKER_HOST="unix://$work/podman.sock"
        exits "docker over podman's service" 0 "$steps" engine docker
        check "is told" said "docker's command line speaks to a podman"
        printf 'FROM scratch\nCOPY busybox /bin/sh\nLABEL a=b\n' >base/Docker
        exits "docker builds" 0 "$steps" build docker base/Docker base localhost/docker:1
        id=$(grep '^id ' out)
        exits "docker has it by that id" 0 "$steps" id docker localhost/docker:1
        same "the same" "$id" "$(grep '^id ' out)"
        mkdir saved4
        exits "docker saves" 0 "$steps" save docker localhost/docker:1 "$work/saved4"
        exits "scan reads it" 0 "$PLIMSOLL" scan --offline "$(sed -n 's/^source //p' out)"
        exits "docker tags" 0 "$steps" tag docker localhost/docker:1 localhost/docker:1.2.0
        exits "docker builds what cannot be" 3 "$steps" build docker app/Copies base localhost/docker:2
        check "says why" said "Next: check"
        exits "docker removes" 0 "$steps" remove docker localhost/docker:1
        unset DOCKER_HOST
    fi
else
    echo "skip $scenario: buildah is not installed, or this is not root"
fi

# The test step: a command.
exits "a command that passes" 0 "$steps" test --command 'test "$PLIMSOLL_IMAGE" = app:new'
exits "a command that fails" 1 "$steps" test --command 'echo the reason >&2; exit 5'
check "says with what, and its last lines" said "the command ended with 5"
check "which are in the log" grep -q '^the reason$' out
exits "a command that does not end" 1 "$steps" test --seconds 1 --command 'sleep 60'
check "is ended" said "took more than 1 s"
exits "nothing to test with" 0 "$steps" test
exits "the plan" 0 "$steps" plan --command 'npm test'
check "shows the command" said "PLIMSOLL_IMAGE=app:new sh -c npm test"

# compose, recorded: containers may not run here, so the program on PATH starts what the container would be, and says
# what docker compose says. That it is always taken down is what is tried.
printf 'services: {web: {image: app:new}}\n' >compose.yml
port=$(free_port)
cat >fake/docker <<FAKE
#!/bin/sh
echo "\$*" >>"$work/calls"
case "\$*" in
"compose version") echo "Docker Compose version v2.24.1" ;;
*" up -d")
    [ -z "\$UP_FAILS" ] || { echo "Error response from daemon: driver failed programming external connectivity on endpoint: Bind for 127.0.0.1:8080 failed: port is already allocated" >&2; exit 1; }
    [ -n "\$SILENT" ] || { cd "$work/site" && python3 -m http.server $port --bind 127.0.0.1 >/dev/null 2>&1 & echo \$! >"$work/web.pid"; } ;;
*" logs "*) echo "web-1  | Error: Cannot find module 'server.js'" ;;
*" down -v") [ ! -e "$work/web.pid" ] || kill \$(cat "$work/web.pid"); rm -f "$work/web.pid" ;;
esac
FAKE
chmod +x fake/docker
mkdir site && echo ok >site/health
compose() { PATH="$work/fake:$PATH" "$steps" test --engine docker --compose compose.yml "$@"; }
down() { [ "$(grep -c ' down -v' calls)" = "$1" ] && [ ! -e web.pid ]; }
exits "recorded: compose, healthy" 0 compose --health "http://127.0.0.1:$port/health" --seconds 120
check "says which compose" said "way compose, docker compose 2.24.1"
check "and what was seen" said "answered 200 after"
check "it was taken down" down 1
check "under a name of its own" grep -q -- '-p plimsoll-test-[0-9]* up -d' calls
exits "recorded: compose, never healthy" 1 compose --health "http://127.0.0.1:$port/missing" --seconds 10
check "says what was answered last" said "did not answer 2xx within 10 s; last: 404"
check "and the container's last lines" said "Cannot find module 'server.js'"
check "it was taken down, too" down 2
exits "recorded: compose, nobody listens" 1 env SILENT=1 PATH="$work/fake:$PATH" "$steps" test --engine docker --compose compose.yml --health "http://127.0.0.1:$port/health" --seconds 1
check "and down again" down 3
exits "recorded: compose that does not come up" 1 env UP_FAILS=1 PATH="$work/fake:$PATH" "$steps" test --engine docker --compose compose.yml
check "says why" said "port is already allocated"
check "and is taken down" down 4
SILENT=1 PATH="$work/fake:$PATH" "$steps" test --engine docker --compose compose.yml --health "http://127.0.0.1:$port/health" --seconds 60 >out 2>err &
victim=$!
for _ in $(seq 600); do
    grep -q 'waiting for' err && break
    sleep 0.1
done
kill -TERM $victim
wait $victim
same "recorded: ended by SIGTERM while it waits" 3 $?
check "says so" said "interrupted"
check "and is taken down" down 5

if command -v podman-compose >/dev/null && [ -d storage ]; then
    printf 'services:\n  web:\n    image: localhost/app:1.2.0\n    command: ["cat", "/hello"]\n    network_mode: host\n' >real.yml
    exits "podman-compose with the machine's own runtime: nobody answers, with or without containers (compose.sh has what runs)" 1 "$steps" test --engine podman --compose real.yml --health "http://127.0.0.1:$(free_port)/" --seconds 2
    check "it is named with its version" said "way compose, podman-compose 1."
    same "and nothing is left" "" "$(podman ps -a --format '{{.Names}}' 2>/dev/null)"
else
    echo "skip $scenario: podman-compose is not installed"
fi

# Stand-ins, real: Debian's haproxy and nginx with the example's configurations.
need haproxy
need nginx
app=$here/../../examples/react-app
stand_in() { PATH="$work/programs" "$steps" test "$@"; }
mkdir programs
for tool in sh haproxy nginx openssl; do ln -s "$(command -v $tool)" "programs/$tool"; done
exits "without a compose the machine's programs stand in" 0 stand_in --compose "$app/docker-compose.yml" --health http://127.0.0.1:8080/health --seconds 120 \
    "react-app-haproxy=$app/docker/Dockerfile.haproxy=$app" "react-app-nginx=$app/docker/Dockerfile.nginx=$app"
check "which is declared" said "note haproxy and nginx of this machine stand in for the images, since there is no compose here"
check "health answers" said "passed react-app-haproxy: /health answers 2xx: 200"
for header in X-Content-Type-Options X-Frame-Options X-XSS-Protection Strict-Transport-Security; do
    for status in 200 404; do
        check "haproxy: $header on $status" said "passed react-app-haproxy: $header on $status"
        check "nginx: $header on $status" said "passed react-app-nginx: $header on $status"
    done
done
check "what was not tested is said" said "not tested this way: the images themselves"
check "and that the program is another version" said "react-app-haproxy was tested with haproxy 2."
same "nothing is left" "" "$(ls -d "$TMPDIR"/plimsoll-test.* 2>/dev/null)"
# A signal while it waits: programs and folder go. (A shell's background jobs ignore SIGINT.)
"$steps" test --stand-in --health http://127.0.0.1:8080/.never --seconds 60 "slow=$app/docker/Dockerfile.nginx=$app" >out 2>err &
victim=$!
for _ in $(seq 600); do
    grep -q 'waiting for' err && break
    sleep 0.1
done
web=$(sed -n 's|^... waiting for http://127.0.0.1:\([0-9]*\)/.*|\1|p' err | head -1)
sleep 1
kill -TERM $victim
wait $victim
same "ended by SIGTERM while it waits" 3 $?
check "and says so" grep -q interrupted err
same "nothing is left of it" "" "$(ls -d "$TMPDIR"/plimsoll-test.* 2>/dev/null)"
check "nobody listens there any more" sh -c "! curl -s -o /dev/null http://127.0.0.1:$web/"
cp -r "$app" broken
# An add_header of its own in a location drops all others there: seen on the 404 below /static/.
sed -i 's|expires 1y;|add_header Cache-Control immutable;|' broken/docker/nginx.conf
exits "a configuration that drops its headers" 1 stand_in --stand-in --health http://127.0.0.1:8080/health --seconds 120 "web=broken/docker/Dockerfile.nginx=broken"
check "is seen by its answer" said "FAILED web: X-Frame-Options on 404"
check "only what ran is named" grep -q '^way stand-in, nginx [0-9.]*$' out
check "and named in the summary" grep -q '^summary .* checks passed .*; the first that did not: web: .* on 404: GET /static/' out
printf 'http { server { listen 8080 } }\n' >broken/docker/nginx.conf
exits "a configuration that cannot be read" 3 stand_in --stand-in "web=broken/docker/Dockerfile.nginx=broken"
check "leads to lint" said "plimsoll lint says where"
cat >broken/docker/haproxy.cfg <<'CFG'
global
    chroot /var/lib/haproxy
    user nobody
    log 192.0.2.1 local0
    stats socket /run/haproxy.sock mode 660
defaults
    mode http
    timeout connect 1s
    timeout client 5s
    timeout server 5s
    errorfile 503 /nowhere/503.http
frontend secure
    bind :443 ssl crt /etc/ssl/private/site.pem alpn h2,http/1.1
    bind quic4@:443 ssl crt /etc/ssl/private/site.pem
    http-response set-header X-Frame-Options DENY
    http-after-response set-header X-Content-Type-Options nosniff
    compression-of-tomorrow on
    default_backend far
backend far
    server a app.internal.example:3000 check ssl verify none
CFG
exits "TLS, a name that does not resolve, words of a newer version: tested as far as it goes" 1 stand_in --stand-in --health https://127.0.0.1/ --seconds 10 "edge=broken/docker/Dockerfile.haproxy=broken"
check "a certificate is made for the test" said "a certificate of the test stands in for its own"
check "what is behind is told to be missing" said "nothing stands in for app.internal.example:3000 behind it"
check "what the older program does not know is left out, and told" said "does not know it: compression-of-tomorrow on"
check "HTTP/3 is told to be left out" said "bind quic4@:443 (line 14) was left out"
check "and the health is not there" said "FAILED edge: / answers 2xx: no 2xx within 10 s; last: 503"
printf 'FROM alpine:3.22\nCMD ["sh"]\n' >broken/Dockerfile
exits "an image that copies neither" 1 stand_in --stand-in "other=broken/Dockerfile=broken"
check "cannot be tested that way" said "nothing could be tested: no image of the project copies"
