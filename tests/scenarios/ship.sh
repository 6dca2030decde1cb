#!/bin/sh
# plimsoll ship on real parts: buildah builds (chroot isolation, vfs) on a base that docker-registry has; docker-registry
# and plimsoll serve receive; lint, gate and tests say no; exceptions let pass; a run is taken up and begun in the middle;
# the deploy command sees what was pushed; records are as their schema says; a dry run changes nothing.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/ship_world.sh"

mkdir app
cd app || exit 1
cat >Dockerfile <<DOCKERFILE
# The smallest thing that answers.
FROM 127.0.0.1:$hub/base:1.0.0
COPY hello.txt /srv/hello.txt
RUN cat /srv/hello.txt > /srv/copy.txt
USER 1000
HEALTHCHECK CMD cat /srv/copy.txt
CMD ["cat", "/srv/copy.txt"]
DOCKERFILE
echo hello >hello.txt
cat >plimsoll.yaml <<YAML
registry: 127.0.0.1:$hub
tags: {keep_v: true}
images:
  - name: hello
    test: {command: "test -f hello.txt && echo \$PLIMSOLL_IMAGE >../tested"}
    deploy: env | grep -E '^PLIMSOLL_(IMAGE|DIGEST|RELEASE|REPOSITORY|NAME)=' | sort >../deployed
YAML

# ---- a plan, which changes nothing
exits "a dry run" 0 ship --release v1.0.0 --dry-run
said "tells how it builds" "buildah .*(bud|build) .*Dockerfile"
said "what it deploys" "PLIMSOLL_RELEASE=1.0.0 .*env"
said "which tags it would make" "v1.0.0, 1.0.0, 1.0, 1, latest|1.0.0, v1.0.0, 1.0, 1, latest"
same "makes no state" "" "$(ls "$work/state" 2>/dev/null)"
same "and pushes nothing" '["base"]' "$(python3 -c 'import sys, urllib.request, json; print(json.dumps(json.load(urllib.request.urlopen(sys.argv[1]))["repositories"]))' "http://127.0.0.1:$hub/v2/_catalog")"
ship --release v1.0.0 --dry-run --format json >../plan.json
valid "the plan" ship-plan "$work/plan.json"

# ---- mistakes
exits "no release" 2 ship
exits "a bad release" 2 ship --release 1.0
said "says what is expected" "1\.0\.0|three parts|patch"
exits "an image that is none" 2 ship helo --release v1.0.0
said "names the nearest" "did you mean hello"
exits "a step that is none" 2 ship --release v1.0.0 --from biuld
exits "begin with what is left out" 2 ship --release v1.0.0 --from test --no-test
exits "a bad gate" 2 ship --release v1.0.0 --fail-on sometimes
exits "begin in the middle of nothing" 3 ship --release v1.0.0 --from gate
said "says where to begin" "start there: plimsoll ship hello --release v1.0.0 --from lint"
cp plimsoll.yaml good.yaml
sed 's/deploy:/deplyo:/' good.yaml >plimsoll.yaml
exits "a wrong key" 2 ship --release v1.0.0
said "names line and nearest" "plimsoll.yaml line 6: unknown key deplyo; did you mean deploy"
printf 'images: [\n' >plimsoll.yaml
exits "broken YAML" 2 ship --release v1.0.0
sed '/^registry/d' good.yaml >plimsoll.yaml
exits "no registry" 2 ship --release v1.0.0
said "says where to write it" "registry: registry.example"
mv good.yaml plimsoll.yaml
PATH_BEFORE=$PATH
mkdir -p "$work/bin"
for tool in sh env grep sort cat git test; do ln -sf "$(command -v $tool)" "$work/bin/$tool"; done
exits "no engine" 3 env PATH="$work/bin" PLIMSOLL_ENGINE= "$PLIMSOLL" ship --release v1.0.0
said "says how to get one" "install"
PATH=$PATH_BEFORE

# ---- lint says no: the worst is named, and the command that shows it
cp Dockerfile good.Dockerfile
printf 'global\n    log stdout format raw local0\ndefaults\n    mode http\n    bogus\n' >haproxy.cfg
echo 'COPY haproxy.cfg /usr/local/etc/haproxy/haproxy.cfg' >>Dockerfile
sed -i 's/^USER 1000$/USER someone/' Dockerfile # a milder finding, in front of it
exits "a configuration that is wrong" 1 ship --to lint
said "the worst is named first" "lint +refused .*1 error.*first: [^ ]*haproxy.cfg:"
said "with all files that were looked at" "next: .plimsoll lint [^ ]*Dockerfile [^ ]*haproxy.cfg. shows them"
mv good.Dockerfile Dockerfile
rm haproxy.cfg

# ---- the gate says no, and nothing is pushed
exits "the gate says no" 1 ship --release v1.0.0 --log "$work/ship.log" --format json
cp "$work/out" "$work/refused.json"
valid "the summary" ship "$work/refused.json"
same "at the gate" gate "$(jq -r .stopped.step "$work/refused.json")"
same "high findings are counted" true "$(jq '.images[0].findings.high > 0' "$work/refused.json")"
check "with what to do next" jq -e '.stopped.next | test("--from gate")' "$work/refused.json"
same "what meets it is named, and counted beside the rest" "$(jq -r '.images[0].findings | .critical + .high' "$work/refused.json") findings at the gate critical,high" \
    "$(jq -r .stopped.said "$work/refused.json" | sed 's/: .*; in all [0-9].*//')"
valid "the record" ship-record "$(record hello)"
same "what was done" "lint login pull build scan gate " "$(steps "$(record hello)")"
check "the log has every step" sh -c "jq -r 'select(.event == \"ended\") | .step' '$work/ship.log' | tr '\n' ' ' | grep -qx 'lint login pull build scan gate '"
check "and buildah's words" jq -es 'map(select(.event == "line" and .step == "build" and (.text | test("COPY hello.txt")))) | length > 0' "$work/ship.log"
exits "nothing was pushed" 1 sh -c "skopeo inspect --tls-verify=false docker://127.0.0.1:$hub/hello:1.0.0"

# ---- an exception, and on from the gate; the test fails, then passes
excepted() { # FILTER: exceptions for what the gate said no to
    for id in $(jq -r ".findings[] | select((.severity == \"high\" or .severity == \"critical\") and ($1)) | .id" "$work/gate.json"); do
        echo "- {id: $id, reason: \"not reachable: it only prints\", owner: us, expires: 2099-01-01}"
    done >plimsoll.exceptions.yaml
}
cp "$work"/state/plimsoll/ship/*/hello/gate.json "$work/gate.json"
excepted true
built=$(jq -r .id "$(record hello)")
exits "from the gate" 0 ship --release v1.0.0 --from gate
said "exceptions are counted" "gate +passed .* excepted"
same "nothing was built again" "$built" "$(jq -r .id "$(record hello)")"
valid "the record of a whole run" ship-record "$(record hello)"
at=127.0.0.1:$hub/hello
pushed=$(digest "$at:1.0.0")
same "the record knows the digest" "$pushed" "$(jq -r .digest "$(record hello)")"
for tag in v1.0.0 1.0 1 latest; do same "$tag is that image" "$pushed" "$(digest "$at:$tag")"; done
same "SBOM and scan are beside it" "application/vnd.cyclonedx+json 2" "$(jq -r '"\(.attached[0].type) \(.attached | length)"' "$(record hello)")"
check "where the registry tells of them" sh -c "skopeo inspect --raw --tls-verify=false docker://$at:$(echo "$pushed" | tr : -) | jq -e '.manifests | length == 2'"
same "the deploy command is told" "PLIMSOLL_DIGEST=$pushed PLIMSOLL_IMAGE=$at:1.0.0 PLIMSOLL_NAME=hello PLIMSOLL_RELEASE=1.0.0 PLIMSOLL_REPOSITORY=$at" "$(tr '\n' ' ' <../deployed | sed 's/ $//')"
same "the test, too" "hello:v1.0.0" "$(cat ../tested)"
valid "what is kept of the release" ship-record "$(echo "$work"/state/plimsoll/ship/*/hello/releases/v1.0.0.json)"
exits "tag plan of an image of plimsoll.yaml, by its name" 0 "$PLIMSOLL" tag plan hello --release v1.0.1
said "asks its repository" "^latest +yes +1\.0\.0 +1\.0\.1 "
excepted '.package.name == "busybox"' # the base that is mended below has it, too

# ---- the same release again is refused; the next one moves on; a pull brings what the base is now
exits "the old base, without its exceptions" 1 ship --release v1.0.1
put_base clean
exits "a release that was made is not made again" 1 ship --release v1.0.0
said "it says so" "tag +refused .*(another image|never moved)"
same "and its tag stays" "$pushed" "$(digest "$at:1.0.0")"
said "a refusal at the gate is not taken up: the base is pulled again" "pull +passed"
advice=$(sed -n 's/^next: .*such as: plimsoll //p' "$work/out")
same "what to type next" "ship hello --release v1.0.1" "$advice"
# shellcheck disable=SC2086 # words of a command
exits "the next one, on the mended base" 0 "$PLIMSOLL" $advice
said "is built again, for its label says which release it is" "build +passed .*hello:v1\.0\.1"
same "and so it does" 1.0.1 "$(skopeo inspect --tls-verify=false --format '{{index .Labels "org.opencontainers.image.version"}}' "docker://$at:1.0.1" 2>&1)"
said "nothing at the gate, which is said to be the standard" "gate +passed .*critical,high \(the standard"
next=$(digest "$at:1.0.1")
same "latest moves on" "$next" "$(digest "$at:latest")"
same "1.0.0 stays" "$pushed" "$(digest "$at:1.0.0")"

# ---- lint, tests, deploys that fail
cp Dockerfile ../Dockerfile.good
printf 'FROM 127.0.0.1:%s/base:latest\nRUN cd /srv && rm -rf /var/lib/apt/lists; sudo true\n' "$hub" >Dockerfile
exits "lint says no" 1 ship --release v1.0.2
said "names what" "lint +refused .*Dockerfile:[0-9]"
exits "lint left out, the rest is done" 3 ship --release v1.0.2 --skip lint --no-test --no-deploy
said "what cannot be pulled is told" "pull +failed"
cp ../Dockerfile.good Dockerfile
cp plimsoll.yaml ../plimsoll.good
sed 's/test -f hello.txt/test -f other.txt/; s/deploy: .*/deploy: test -f ..\/may-deploy/' ../plimsoll.good >plimsoll.yaml
exits "the test says no" 1 ship --release v1.0.2
said "with what to do" "next: .*--from test"
exits "before anything is tagged" 1 sh -c "skopeo inspect --tls-verify=false docker://$at:1.0.2"
sed 's/deploy: .*/deploy: test -f ..\/may-deploy/' ../plimsoll.good >plimsoll.yaml
exits "the deploy cannot be done" 3 ship --release v1.0.2
said "the image is pushed all the same" "push +passed"
said "on from there" "next: .*--from deploy"
touch ../may-deploy
exits "from deploy" 0 ship --release v1.0.2 --from deploy
same "nothing else is done" "login deploy record" "$(awk '/^  [a-z]/ { print $1 }' "$work/out" | tr '\n' ' ' | sed 's/ $//')"
cp ../plimsoll.good plimsoll.yaml

# ---- two at once; a run that is killed is taken up
sed 's/test -f hello.txt/touch ..\/waiting; until [ -e ..\/go-on ]; do sleep 0.1; done/' ../plimsoll.good >plimsoll.yaml
"$PLIMSOLL" ship --release v1.0.3 >"$work/first.out" 2>&1 &
first=$!
for _ in $(seq 600); do [ -e ../waiting ] && break; sleep 0.1; done
exits "a second ship of it" 3 ship --release v1.0.4
said "says who is at it" "127.0.0.1:$hub/hello is being shipped already by process $first"
kill -KILL $first
wait $first 2>/dev/null
touch ../go-on
cp ../plimsoll.good plimsoll.yaml
exits "what was killed is taken up" 0 ship --release v1.0.3
said "with what it had built" "build +kept"
said "and tests again" "test +passed"
sed 's/test -f hello.txt/touch ..\/waiting; until [ -e ..\/go-on ]; do sleep 0.1; done/' ../plimsoll.good >plimsoll.yaml
rm -f ../waiting ../go-on
"$PLIMSOLL" ship --release v1.0.4 >"$work/first.out" 2>"$work/first.err" &
first=$!
for _ in $(seq 600); do [ -e ../waiting ] && break; sleep 0.1; done
kill -TERM $first
wait $first
same "a signal ends it" 143 $?
cp ../plimsoll.good plimsoll.yaml
exits "what it did is taken up" 0 ship --release v1.0.4
said "by the next run" "build +kept"
dd if="$(record hello)" of=../cut bs=1 count=300 2>/dev/null && cp ../cut "$(record hello)"
exits "a record that was cut counts for nothing" 0 ship --release v1.0.5
said "which is said" "counts for nothing"

# ---- several images: all pass, or nothing is tagged
cat >plimsoll.yaml <<YAML
registry: 127.0.0.1:$hub
images:
  - {name: one, test: "true"}
  - {name: two, test: "test -f ../two-may", gate: {fail-on: []}}
YAML
exits "one of two says no" 1 ship --release v2.0.0
exits "then the other is not pushed" 1 sh -c "skopeo inspect --tls-verify=false docker://127.0.0.1:$hub/one:2.0.0"
touch ../two-may
exits "both pass" 0 ship --release v2.0.0
said "an empty gate is said" "gate +skipped .*no gate"
same "both are there" "$(jq -r .digest "$(record one)") $(jq -r .digest "$(record two)")" "$(digest "127.0.0.1:$hub/one:2") $(digest "127.0.0.1:$hub/two:2")"

# ---- the release of the base; what plimsoll.yaml says of the build counts: its arguments, its target
put_base clean
skopeo --insecure-policy copy -q --dest-tls-verify=false "oci:$work/clean" "docker://127.0.0.1:$hub/base:1.1.0" >log 2>&1 || fail "base:1.1.0"
mkdir based
cat >based/Dockerfile <<DOCKERFILE
ARG BASE=127.0.0.1:$hub/base:1.0.0
FROM \$BASE AS first
COPY --from=127.0.0.1:$hub/base:1.0.0 /etc/os-release /srv/os-release
FROM 127.0.0.1:$hub/nothing:9.9.9
COPY --from=127.0.0.1:$hub/nothing:9.9.8 /a /b
DOCKERFILE
cat >based.yaml <<YAML
registry: 127.0.0.1:$hub
images:
  - {name: based, dockerfile: based/Dockerfile, context: based, target: first, build-args: {BASE: "127.0.0.1:$hub/base:1.1.0"}, gate: {fail-on: []}}
YAML
exits "the base's release" 0 "$PLIMSOLL" build --release from-base --config based.yaml --log "$work/based.log"
same "its bases, fresh: those of the stages that are built" "127.0.0.1:$hub/base:1.1.0, 127.0.0.1:$hub/base:1.0.0" "$(sed -n 's/^  pull *passed *[0-9.]* s  //p' "$work/out")"
said "is a name of an engine" "build +passed .*based:1\.1\.0 as sha256:"
exits "the same release is planned" 0 "$PLIMSOLL" tag plan "127.0.0.1:$hub/based" --release from-base --config based.yaml
said "as ship does" "^1\.1\.0 "
rm -r based based.yaml

# ---- build and push alone, without plimsoll.yaml build, and init
exits "build alone" 0 "$PLIMSOLL" build one
same "two steps" "pull build" "$(awk '/^  [a-z]/ { print $1 }' "$work/out" | tr '\n' ' ' | sed 's/ $//')"
exits "what a pull request is to pass" 0 ship one --to gate
same "ends there, without login, release or push" "lint pull build scan gate" "$(awk '/^  [a-z]/ { print $1 }' "$work/out" | tr '\n' ' ' | sed 's/ $//')"
exits "begin behind the end" 2 ship one --to scan --from gate
exits "end with what is left out" 2 ship one --to test --no-test
exits "push alone" 0 "$PLIMSOLL" push one --release v2.1.0 --format json
valid "push's summary" ship "$work/out"
same "its tag" "$(jq -r '.images[0].digest' "$work/out")" "$(digest "127.0.0.1:$hub/one:2.1.0")"
exits "what was never built cannot be pushed" 3 "$PLIMSOLL" push two --release v2.1.0 --state "$work/empty"
said "says what to do" "plimsoll build two"
rm plimsoll.yaml
exits "without plimsoll.yaml the Dockerfile is built" 0 "$PLIMSOLL" build
said "and called like its folder" "^app  Dockerfile"

# ---- plimsoll serve as the registry, by the AWS credentials alone
serve --no-scan
exits "init, dry" 0 ship init --registry "127.0.0.1:$port" --dry-run --format json
valid "what init says" ship-init "$work/out"
check "has written nothing" [ ! -e plimsoll.yaml ]
exits "init" 0 ship init --registry "127.0.0.1:$port"
said "makes plimsoll.yaml" "plimsoll.yaml +made"
said "the repository" "repository app +made +with scan on push"
said "and its policy" "lifecycle policy of app +made +keeps the last 10"
cp plimsoll.yaml ../made.yaml
exits "init once more" 0 ship init
same "changes nothing" "there there there" "$(awk '{ for (i = 1; i <= NF; i++) if ($i == "made" || $i == "there") { print $i; break } }' "$work/out" | tr '\n' ' ' | sed 's/ $//')"
check "not a byte" cmp plimsoll.yaml ../made.yaml
check "scan on push is turned off" curl -sf --aws-sigv4 aws:amz:us-east-1:ecr -u "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" -H 'Content-Type: application/x-amz-json-1.1' \
    -H 'X-Amz-Target: AmazonEC2ContainerRegistry_V20150921.PutImageScanningConfiguration' -d '{"repositoryName":"app","imageScanningConfiguration":{"scanOnPush":false}}' "$url/"
exits "init says so" 0 ship init
said "and leaves it" "repository app +there +scan on push is off there .*ship init --fix"
exits "unless it is to be mended, which can be shown" 0 ship init --fix --dry-run
said "dry" "repository app +missing +scan on push would be turned on"
exits "and done" 0 ship init --fix
said "as it says" "repository app +made +scan on push is on now"
exits "once" 0 ship init --fix
said "and then it is" "repository app +there +scan on push is on"
exits "init for another registry" 0 ship init --registry registry.example
said "says where that is written" "plimsoll.yaml +there +1 image; for that registry write .registry: registry.example. into it"
exits "ship to it" 0 ship --release v1.0.0
said "with the credentials of AWS" "login +passed .*AWS"
same "as it says" "$(jq -r .digest "$(record app)")" "$(skopeo inspect --tls-verify=false --creds "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --format '{{.Digest}}' "docker://127.0.0.1:$port/app:latest" 2>&1)"
exits "a login that is refused" 3 env AWS_SECRET_ACCESS_KEY=wrong "$PLIMSOLL" ship --release v1.0.1
said "is said before anything is built" "login +failed"
