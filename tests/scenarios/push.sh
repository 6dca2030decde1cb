#!/bin/sh
# Images into real registries, plimsoll's and Debian's docker-registry: byte for byte, nothing twice, going on after the
# registry was killed in the middle, from layouts, archives and other registries.
. "$(dirname "$0")/lib.sh"
need python3
need docker-registry
clients aws crane python
make="$BUILD/tests/tools/make-image"
export HOME="$work/home" DOCKER_CONFIG="$work/docker"
unset REGISTRY_AUTH_FILE XDG_RUNTIME_DIR
mkdir -p "$HOME" "$DOCKER_CONFIG" "$work/tmp"
cd "$work" || exit 1

cat >spec <<'SPEC'
image demo:1
config architecture amd64
layer ADD base
text etc/os-release ID=alpine\nVERSION_ID=3.16.9\n
zeros var/zeros 3000000
layer COPY app
text app/index.html hello
image demo:1
config architecture arm64
layer ADD base
same 0
layer RUN arm
text etc/arm yes
SPEC
"$make" --format oci -o layout spec || { fail "make-image"; exit 1; }
head -c 60000000 /dev/urandom >noise
head -c 11000000 /dev/urandom >noise2
cat >spec2 <<'SPEC'
image demo:2
layer ADD
text etc/os-release ID=alpine\nVERSION_ID=3.16.9\n
layer COPY big
file var/noise 0644 < noise
layer COPY second
file var/noise2 0644 < noise2
SPEC
"$make" --format oci -o big spec2 || { fail "make-image"; exit 1; }
json() { python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$@"; }
copy() { "$PLIMSOLL" copy --format json "$@"; }
login() { # HOST USER PASSWORD
    python3 -c 'import base64, json, sys; h, u, p = sys.argv[1:]
print(json.dumps({"auths": {h: {"auth": base64.b64encode(f"{u}:{p}".encode()).decode()}}}))' "$@" >docker/config.json
}
# Every blob that the layout has, and no byte else, is what the registry gives back: whole REPOSITORY LAYOUT DIGEST.
whole() {
    rm -rf back && crane pull --insecure --format oci "$1@$3" back &&
        (cd back/blobs/sha256 && for f in *; do [ "$(sha256sum <"$f" | cut -c1-64)" = "$f" ] || exit 1; done) &&
        for f in back/blobs/sha256/*; do cmp "$f" "$2/blobs/sha256/$(basename "$f")" || return 1; done
}

serve --no-scan --no-create-on-push --access-log "$work/access.log"
host=127.0.0.1:$port data=$work/data
aws ecr create-repository --repository-name team/app >create.out 2>&1 || { fail "create: $(cat create.out)"; exit 1; }

exits "a layout of two platforms" 0 copy layout "$host/team/app:1"
cp out first.json
same "is one index with two images" 3 "$(json out 'd["manifests"]')"
same "whose shared layer goes once" 5 "$(json out 'd["sent"]["blobs"]')"
digest=$(json out 'd["digest"]')
same "aws sees the tag" "$digest" "$(aws ecr describe-images --repository-name team/app --image-ids imageTag=1 --query 'imageDetails[0].imageDigest' --output text)"
cat >boto.py <<'EOP'
import boto3, sys
images = boto3.client("ecr").describe_images(repositoryName="team/app")["imageDetails"]
print(len(images), sorted(t for i in images for t in i.get("imageTags", [])))
EOP
same "boto3 sees the images" "3 ['1']" "$(python boto.py)"
login "$host" AWS "$(aws ecr get-login-password)"
check "crane finds it whole" crane validate --insecure --remote "$host/team/app:1"
for image in $(json "layout/blobs/sha256/${digest#sha256:}" '" ".join(m["digest"] for m in d["manifests"])'); do
    check "byte for byte ($image)" whole "$host/team/app" layout "$image"
done
if command -v skopeo >/dev/null; then
    check "skopeo reads it" skopeo copy --src-tls-verify=false --all --preserve-digests "docker://$host/team/app:1" oci:skopeo:1
    same "with the same digest" "$digest" "$(json skopeo/index.json 'd["manifests"][0]["digest"]')"
fi
rm docker/config.json

exits "once more" 0 copy layout "$host/team/app:1"
same "nothing is put" "0 0" "$(json out 'd["manifests"], d["sent"]["blobs"]' | tr -d '(,)')"
exits "under another tag" 0 copy layout "$host/team/app:2"
same "no blob is sent" 0 "$(json out 'd["sent"]["bytes"]')"
exits "one platform" 0 copy --platform linux/arm64 layout "$host/team/app:arm"
same "is its manifest" 1 "$(cat layout/blobs/sha256/* | grep -a -c "$(json out 'd["digest"]')")"
exits "without a tag: by digest" 0 copy layout "$host/team/app"
exits "to a digest that it has not" 3 copy layout "$host/team/app@sha256:$(printf %064d 0)"
exits "to a repository that is not there" 3 copy layout "$host/team/none:1"
check "says what to do" grep -q 'ship init' err
exits "from nowhere" 3 copy nothing.tar "$host/team/app:1"
exits "a folder is no image" 3 copy docker "$host/team/app:1"

# Taken over from another repository.
aws ecr create-repository --repository-name team/next >create.out 2>&1
exits "with layers of another repository" 0 copy --mount-from team/app layout "$host/team/next:1"
same "all of them are mounted" "5 0" "$(json out 'd["mounted"]["blobs"], d["sent"]["blobs"]' | tr -d '(,)')"

# Archives.
"$make" --format docker-archive -o docker.tar spec2 || fail "make-image"
exits "an archive of docker" 0 copy docker.tar "$host/team/app:docker"
made=$(json out 'd["digest"]')
login "$host" AWS "$(aws ecr get-login-password)"
check "is a whole image" crane validate --insecure --remote "$host/team/app:docker"
crane config --insecure "$host/team/app:docker" >config.json
same "with its configuration byte for byte" "$(tar xOf docker.tar manifest.json | python3 -c 'import json, sys; print(json.load(sys.stdin)[0]["Config"].split("/")[-1].split(".")[0])')" "$(sha256sum <config.json | cut -c1-64)"
same "and compressed layers" True "$(crane manifest --insecure "$host/team/app:docker" | python3 -c 'import json, sys; print(all(l["mediaType"].endswith("gzip") for l in json.load(sys.stdin)["layers"]))')"
rm docker/config.json
exits "again" 0 copy docker.tar "$host/team/app:docker2"
same "is the same image" "$made" "$(json out 'd["digest"]')"
same "of which nothing is sent" 0 "$(json out 'd["sent"]["blobs"]')"
exits "no room for its layers" 3 env TMPDIR="$work/none" "$PLIMSOLL" copy docker.tar "$host/team/app:docker3"
tar cf layout.tar -C layout . && gzip -k layout.tar
for archive in layout.tar layout.tar.gz; do
    exits "$archive" 0 copy "$archive" "$host/team/next:$archive"
    same "has the layout's digest" "$digest" "$(json out 'd["digest"]')"
done

# docker-registry. registry_start: on $debian, with its data and secret kept over restarts.
debian=$(free_port)
printf 'version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: 127.0.0.1:%s, secret: s}\n' "$work/debian" "$debian" >debian.yml
registry_start() {
    docker-registry serve debian.yml >debian.log 2>&1 &
    debian_pid=$!
    started="$started $debian_pid"
    wait_port "$debian"
}
registry_start || { fail "docker-registry does not start"; exit 1; }
there=127.0.0.1:$debian
exits "to docker-registry" 0 copy layout "$there/app:1"
same "the same digest" "$digest" "$(json out 'd["digest"]')"
exits "from registry to registry" 0 copy "registry:$there/app:1" "$host/team/next:copied"
same "the same digest again" "$digest" "$(json out 'd["digest"]')"
exits "mounted there, too" 0 copy --mount-from app layout "$there/other:1"
same "all of them" 5 "$(json out 'd["mounted"]["blobs"]')"

# Killed in the middle. The push waits, asks how far it came, and goes on.
interrupted() { # NAME PID RESTART TARGET FOLDER BYTES EXIT-CODE: when FOLDER has so many bytes
    name=$1
    "$PLIMSOLL" copy --format json --at-once 1 big "$4" >"$name.out" 2>"$name.err" &
    push=$!
    for i in $(seq 500); do
        [ "$(du -sb "$5" 2>/dev/null | cut -f1)" -lt "$6" ] || break
        sleep 0.01
    done
    kill -9 "$2"
    wait "$2" 2>/dev/null
    kill -0 $push 2>/dev/null && ok "$name: killed while it was pushed to" || fail "$name: was too fast"
    sleep 1
    $3
    wait $push
    got=$?
    same "$name: how the push ends" "$7" $got
    [ "$7" = $got ] || sed 's/^/    /' "$name.err"
}
bigdigest=$(json big/index.json 'd["manifests"][0]["digest"]')
interrupted docker-registry "$debian_pid" registry_start "$there/big:1" "$work/debian" 20000000 0
check "it is whole" whole "$there/big" big "$bigdigest"
aws ecr create-repository --repository-name team/big >create.out 2>&1
again() {
    "$PLIMSOLL" serve --data "$data" --listen "$host" --no-scan --no-create-on-push --access-log "$work/access2.log" >"$work/serve.out" 2>"$work/serve.err" &
    pid=$!
    started="$started $pid"
    wait_port "${host#*:}"
}
before=$(du -sb "$data" | cut -f1)
interrupted plimsoll "$pid" again "$host/team/big:1" "$data" $((before + 20000000)) 0
login "$host" AWS "$(aws ecr get-login-password)"
check "it is whole, too" whole "$host/team/big" big "$bigdigest"
rm docker/config.json
logged access2.log
check "and went on where it was (upload status)" grep -Eq '"GET",.*/blobs/uploads/.*"status":204' access2.log

# Away for good: told, and the second run sends only what is missing.
aws ecr create-repository --repository-name team/late >create.out 2>&1
before=$(du -sb "$data" | cut -f1)
interrupted away "$pid" : "$host/team/late:1" "$data" $((before + 20000000)) 3
check "says how far it came, and what to do" grep -q 'of 4 blobs are at the registry; the same command again sends only what is missing' away.err
again
exits "the second run" 0 copy big "$host/team/late:1"
same "has all" 4 "$(json out 'd["sent"]["blobs"] + d["there"]["blobs"]')"
same "the data is sound" 0 "$("$PLIMSOLL" check "$data" >check.out 2>&1; echo $?)"

if python3 -c 'import jsonschema' 2>/dev/null; then
    check "its JSON is as the schema says" python3 -c 'import json, sys, jsonschema
jsonschema.validate(json.load(open(sys.argv[1])), json.load(open(sys.argv[2])))' first.json "$here/../../docs/schema/copy.json"
fi
