#!/bin/sh
# Tags of a release at real registries, plimsoll's and Debian's docker-registry: what moves, by which requests, and what
# happens when somebody else moves a tag in between (tag_mover.py stands in for that somebody), when tags are immutable,
# when logins are old and when the registry wants to be left alone.
. "$(dirname "$0")/lib.sh"
need python3
need docker-registry
clients aws crane python
make="$BUILD/tests/tools/make-image"
export HOME="$work/home" DOCKER_CONFIG="$work/docker"
unset REGISTRY_AUTH_FILE XDG_RUNTIME_DIR
mkdir -p "$HOME" "$DOCKER_CONFIG" "$work/line" "$work/line2"
cd "$work" || exit 1

for n in 1 2 3; do
    printf 'image demo:%s\nlayer ADD\ntext etc/os-release ID=alpine\\nVERSION_ID=3.16.%s\\n\n' $n $n >spec
    "$make" --format oci -o "layout$n" spec || { fail "make-image"; exit 1; }
done
json() { python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$@"; }
digest() { crane digest --insecure "$1"; }
# fresh: from here on; asked PATTERN: since then.
fresh() { logged access.log && : >access.log; }
asked() { logged access.log && grep -c "$1" access.log; }

serve --no-scan --access-log "$work/access.log"
host=127.0.0.1:$port real=$port
aws ecr create-repository --repository-name team/app >create.out 2>&1 || { fail "create: $(cat create.out)"; exit 1; }
login() { # HOST USER PASSWORD
    python3 -c 'import base64, json, sys; h, u, p = sys.argv[1:]
print(json.dumps({"auths": {h: {"auth": base64.b64encode(f"{u}:{p}".encode()).decode()}}}))' "$@" >docker/config.json
}
login "$host" AWS "$(aws ecr get-login-password)"
for n in 1 2 3; do
    crane push --insecure "layout$n" "$host/team/app:build-$n" >push.log 2>&1 || { fail "push: $(cat push.log)"; exit 1; }
done
one=$(digest "$host/team/app:build-1") two=$(digest "$host/team/app:build-2") three=$(digest "$host/team/app:build-3")
rm docker/config.json # from here on the AWS credentials are the login

fresh
exits "a dry run" 0 "$PLIMSOLL" tag apply "$host/team/app:build-1" --release v1.2.0 --dry-run --format json
same "moves nothing" 0 "$(asked '"PUT')"
cp out dry.json
fresh
exits "a first release" 0 "$PLIMSOLL" tag apply "$host/team/app:build-1" --release v1.2.0 --format json
same "without docker login" 1.2.0 "$(json out 'd["release"]')"
same "four tags" "1.2.0 1.2 1 latest" "$(json out '" ".join(t["name"] for t in d["tags"] if t["moved"])')"
same "in one round trip each" 4 "$(json out 'd["requests"]')"
same "which the registry counts, too" 4 "$(asked '"PUT')"
same "and no blob is asked for or sent" 0 "$(asked '/blobs/')"
same "the manifest is fetched once" 1 "$(asked '"GET",.*manifests/')"
for tag in 1.2.0 1.2 1 latest; do
    same "$tag is that image" "$one" "$(aws ecr describe-images --repository-name team/app --image-ids imageTag=$tag --query 'imageDetails[0].imageDigest' --output text)"
done
cat >boto.py <<'EOP'
import boto3
images = boto3.client("ecr").list_images(repositoryName="team/app")["imageIds"]
print(" ".join(sorted(i["imageTag"] for i in images)))
EOP
same "boto3 sees all tags" "1 1.2 1.2.0 build-1 build-2 build-3 latest" "$(python boto.py)"
exits "the same again" 0 "$PLIMSOLL" tag apply "$host/team/app:build-1" --release v1.2.0
check "has nothing to do" grep -q 'Nothing to move' out

exits "an older patch" 0 "$PLIMSOLL" tag apply "$host/team/app@$two" --release 1.1.9 --keep-v --format json
same "moves its own line only" "v1.1.9 1.1.9 1.1" "$(json out '" ".join(t["name"] for t in d["tags"] if t["moved"])')"
same "latest stays" "$one" "$(aws ecr describe-images --repository-name team/app --image-ids imageTag=latest --query 'imageDetails[0].imageDigest' --output text)"
exits "a pre-release" 0 "$PLIMSOLL" tag apply "$host/team/app:build-3" --release 1.3.0-rc1 --format json
same "gets its own tag alone" "1.3.0-rc1" "$(json out '" ".join(t["name"] for t in d["tags"] if t["moved"])')"
exits "a version that is another image" 3 "$PLIMSOLL" tag apply "$host/team/app:build-3" --release 1.2.0
check "is not released again" grep -q 'exists as another image.*new version' err
exits "a plan against the registry" 0 "$PLIMSOLL" tag plan "$host/team/app" --release 1.2.1
check "says what latest is now" grep -Eq 'latest +yes +1.2.0 +1.2.1' out
exits "an image that is not there" 3 "$PLIMSOLL" tag apply "$host/team/app:none" --release 1.2.1
exits "no image named" 2 "$PLIMSOLL" tag apply "$host/team/app" --release 9.0.0
check "says how to name one" grep -q 'which image' err
exits "a date" 2 "$PLIMSOLL" tag apply "$host/team/app:build-1" --release 20261123

# From the base, by plimsoll.yaml.
cat >plimsoll.yaml <<EOP
registry: $host
tags: {keep_v: true, latest: false}
images:
  - {name: app, dockerfile: Dockerfile, repository: team/nginx}
EOP
printf 'ARG V=1.29.4\nFROM nginx:${V}-alpine AS base\nFROM base\nCOPY x /x\n' >Dockerfile
aws ecr create-repository --repository-name team/nginx >create.out 2>&1
login "$host" AWS "$(aws ecr get-login-password)"
crane push --insecure layout2 "$host/team/nginx:new" >push.log 2>&1
rm docker/config.json
exits "a release as its base" 0 "$PLIMSOLL" tag apply "$host/team/nginx:new" --release from-base --format json
same "follows it, by the configuration" "v1.29.4 1.29.4 1.29 1" "$(json out '" ".join(t["name"] for t in d["tags"] if t["moved"])')"
printf 'FROM nginx:stable\n' >Dockerfile
exits "a base without a version" 2 "$PLIMSOLL" tag apply "$host/team/nginx:new" --release from-base
printf 'tags: {immutable: ["1.2"]}\n' >plimsoll.yaml
exits "immutable by configuration" 0 "$PLIMSOLL" tag apply "$host/team/app:build-3" --release 1.2.5 --dry-run
check "1.2 stays" grep -q '1.2 exists and is immutable' out
rm plimsoll.yaml

# A repository that is immutable, but for latest.
aws ecr create-repository --repository-name team/fixed --image-tag-mutability IMMUTABLE_WITH_EXCLUSION \
    --image-tag-mutability-exclusion-filters filterType=WILDCARD,filter=latest >create.out 2>&1 || fail "create: $(cat create.out)"
login "$host" AWS "$(aws ecr get-login-password)"
for n in 1 2; do crane push --insecure "layout$n" "$host/team/fixed:build-$n" >push.log 2>&1; done
rm docker/config.json
exits "a first release there" 0 "$PLIMSOLL" tag apply "$host/team/fixed:build-1" --release 1.0.0
exits "a second" 0 "$PLIMSOLL" tag apply "$host/team/fixed:build-2" --release 1.0.1 --format json
same "moves what can be moved" "1.0.1 latest" "$(json out '" ".join(t["name"] for t in d["tags"] if t["moved"])')"
check "and says why not" grep -q '1.0 exists and is immutable' out

# Somebody else, between plan and PUT: this registry honours If-Match.
line=$(free_port)
start python3 "$here/tag_mover.py" "$line" "$real" "$work/line"
wait_port "$line"
crane_login() { login "$1" AWS "$(aws ecr get-login-password)"; }
crane_login "$host"
crane manifest --insecure "$host/team/app:build-3" >line/other.json
crane_login "127.0.0.1:$line"
echo 'PUT 1 1' >line/move
exits "a tag that was moved in between" 3 "$PLIMSOLL" tag apply "127.0.0.1:$line/team/app:build-2" --release 1.4.0
check "is refused" grep -q "somebody else has moved 1: it points to $three now, and pointed to $one" err
check "says what was moved and what not" grep -q 'Moved: 1.4.0, 1.4; not moved: 1, latest' err
crane_login "$host"
same "and keeps what that somebody put" "$three" "$(digest "$host/team/app:1")"
same "the server said 412" 1 "$(grep -c 'PUT .*manifests/1 412' line/log)"
crane_login "127.0.0.1:$line"
exits "the same command again does the rest" 0 "$PLIMSOLL" tag apply "127.0.0.1:$line/team/app:build-2" --release 1.4.0 --format json
same "which is two" "1 latest" "$(json out '" ".join(t["name"] for t in d["tags"] if t["moved"])')"

# An old login in docker's file; wrong AWS credentials; a rate limit.
login "$host" AWS yesterdays-token
exits "an old docker login is renewed" 0 "$PLIMSOLL" tag plan "$host/team/app" --release 1.5.0
exits "unless the AWS credentials are wrong, too" 3 env AWS_SECRET_ACCESS_KEY=wrong "$PLIMSOLL" tag plan "$host/team/app" --release 1.5.0
check "which says whose login it was" grep -q 'docker/config.json' err
check "and what ECR said" grep -q 'GetAuthorizationToken' err
rm docker/config.json
exits "no login at all" 3 env -u AWS_SECRET_ACCESS_KEY -u AWS_ACCESS_KEY_ID "$PLIMSOLL" tag plan "$host/team/app" --release 1.5.0
check "says what to set" grep -q 'AWS_ACCESS_KEY_ID' err
cat >limited.py <<'EOP'
# No registry here limits by the hour: this one stands in, and always says 429.
import http.server, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(429)
        self.send_header("Retry-After", "7200")
        self.send_header("Content-Length", "0")
        self.end_headers()
    do_HEAD = do_GET
    def log_message(self, *_): pass
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
EOP
limited=$(free_port)
start python3 limited.py "$limited"
wait_port "$limited"
exits "a rate limit" 3 "$PLIMSOLL" tag plan "127.0.0.1:$limited/team/app" --release 1.5.0
check "is told with until when" grep -Eq 'wait 7200 seconds, until 20[0-9-]+ [0-9:]+ UTC' err

# Debian's docker-registry, which knows no conditions and no ECR: a HEAD goes before each PUT.
port=$(free_port)
printf 'version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: 127.0.0.1:%s}\n' "$work/debian" "$port" >debian.yml
start docker-registry serve debian.yml
wait_port "$port" || { fail "docker-registry does not start"; exit 1; }
line=$(free_port)
start python3 "$here/tag_mover.py" "$line" "$port" "$work/line2"
wait_port "$line"
there=127.0.0.1:$line
unset AWS_ENDPOINT_URL
for n in 1 2 3; do crane push --insecure "layout$n" "$there/app:build-$n" >push.log 2>&1; done
crane manifest --insecure "$there/app:build-3" >line2/other.json
: >line2/log
exits "docker-registry" 0 "$PLIMSOLL" tag apply "$there/app:build-1" --release 1.0.0
same "one PUT each" 4 "$(grep -c '^PUT .*manifests/' line2/log)"
same "no blob" 0 "$(grep -c '/blobs/' line2/log)"
same "is that image" "$one" "$(digest "$there/app:latest")"
exits "the next" 0 "$PLIMSOLL" tag apply "$there/app:build-2" --release 1.0.1
same "moves 1.0" "$two" "$(digest "$there/app:1.0")"
same "leaves 1.0.0" "$one" "$(digest "$there/app:1.0.0")"
echo 'PUT 1.1.0 1' >line2/move # somebody moves 1 while 1.1.0 is put
exits "a tag that was moved after the plan" 3 "$PLIMSOLL" tag apply "$there/app:build-1" --release 1.1.0
check "is refused there, too" grep -q "somebody else has moved 1: it points to $three now, and pointed to $two" err
check "1.1.0 and 1.1 were moved" grep -q 'Moved: 1.1.0, 1.1; not moved: 1, latest' err
same "and 1 is as that somebody wanted it" "$three" "$(digest "$there/app:1")"
exits "again" 0 "$PLIMSOLL" tag apply "$there/app:build-1" --release 1.1.0
same "moves it" "$one" "$(digest "$there/app:1")"

# Tags from a file and from standard input.
crane ls --insecure "$there/app" >tags.txt
exits "existing tags of a file" 0 "$PLIMSOLL" tag plan --existing @tags.txt --release 1.1.1
check "are read" grep -Eq 'latest +yes +1.1.0 +1.1.1' out
exits "and of standard input" 0 sh -c '"$1" tag plan --existing - --release 1.1.1 <tags.txt' sh "$PLIMSOLL"
check "as well" grep -Eq 'latest +yes +1.1.0 +1.1.1' out

# 300 releases: only some digests are asked for, side by side.
crane manifest --insecure "$there/app:build-1" >first.json
python3 - "$port" first.json <<'EOP'
import http.client, sys
body = open(sys.argv[2], "rb").read()
c = http.client.HTTPConnection("127.0.0.1", int(sys.argv[1]))
for n in range(300):
    c.request("PUT", f"/v2/app/manifests/0.{n}.0", body, {"Content-Type": "application/vnd.oci.image.manifest.v1+json"})
    c.getresponse().read()
EOP
: >line2/log
exits "a plan among 300 releases" 0 "$PLIMSOLL" tag plan "$there/app" --release 1.2.0
asked=$(grep -c '^HEAD' line2/log)
check "asks for at most 64 digests ($asked)" [ "$asked" -le 64 ]

"$PLIMSOLL" tag plan --release 1.0.0 --format json >plan.json
if python3 -c 'import jsonschema' 2>/dev/null; then
    for pair in plan.json=tag-plan dry.json=tag-apply; do
        check "$pair is as its schema says" python3 -c 'import json, sys, jsonschema
jsonschema.validate(json.load(open(sys.argv[1])), json.load(open(sys.argv[2])))' "${pair%=*}" "$here/../../docs/schema/${pair#*=}.json"
    done
fi

# In an engine, without a registry.
if command -v buildah >/dev/null && [ "$(id -u)" = 0 ]; then
    printf '[storage]\ndriver = "vfs"\ngraphroot = "%s/storage"\nrunroot = "%s/run"\n' "$work" "$work" >storage.conf
    printf '{"default": [{"type": "insecureAcceptAnything"}]}\n' >policy.json
    export CONTAINERS_STORAGE_CONF="$work/storage.conf"
    echo "{}" >docker/config.json # buildah wants the file to be there
    container=$(buildah from --signature-policy policy.json scratch 2>build.log)
    buildah commit --signature-policy policy.json -q "$container" localhost/react-app:build >build2.log 2>&1 || cat build.log build2.log
    exits "tags of an engine's image" 0 "$PLIMSOLL" tag apply localhost/react-app:build --release 1.2.0 --local --engine buildah
    same "are names there" "1 1.2 1.2.0 build latest" "$(buildah images --format '{{.Tag}}' | sort | tr '\n' ' ' | sed 's/ $//')"
    exits "the same again" 0 "$PLIMSOLL" tag apply localhost/react-app:build --release 1.2.0 --local --engine buildah --format json
    same "finds all done" "[False, False, False, False]" "$(json out "[t['move'] for t in d['tags']]")"
    container=$(buildah from --signature-policy policy.json scratch 2>build.log)
    buildah config --label n=2 "$container" && buildah commit --signature-policy policy.json -q "$container" localhost/react-app:build >build2.log 2>&1 || cat build.log build2.log
    id() { buildah images --no-trunc --format '{{.Tag}}={{.ID}}' | sed -n "s/^$1=//p"; }
    latest=$(id latest)
    exits "an older patch" 0 "$PLIMSOLL" tag apply localhost/react-app:build --release 1.1.9 --local --engine buildah
    same "does not move what is newer in the engine" "$latest $(id build)" "$(id latest) $(id 1.1)"
    exits "a version that is another image there" 3 "$PLIMSOLL" tag apply localhost/react-app:build --release 1.2.0 --local --engine buildah
    same "stays" "$latest" "$(id 1.2.0)"
    exits "the next one" 0 "$PLIMSOLL" tag apply react-app:build --release 1.2.1 --local --engine buildah
    same "moves, by the short name, too" "$(id build) $(id build) $(id build)" "$(id 1.2) $(id 1) $(id latest)"
    exits "an image that it has not" 3 "$PLIMSOLL" tag apply localhost/none:build --release 1.2.0 --local --engine buildah
fi
