#!/bin/sh
# Other registries: pull-through from Debian's docker-registry and from another plimsoll, with logins, bad lines and an
# upstream that goes away; replication to another plimsoll and to docker-registry, over restarts.
. "$(dirname "$0")/lib.sh"
need python3
need docker-registry
need htpasswd
need curl
clients aws crane python
make="$BUILD/tests/tools/make-image"
export HOME="$work/home" DOCKER_CONFIG="$work/docker"
unset REGISTRY_AUTH_FILE # docker-registry would take it for a setting of its own
mkdir -p "$HOME" "$DOCKER_CONFIG" "$work/cache" "$work/origin" "$work/line"

cd "$work" || exit 1

cat >spec <<'SPEC'
image demo:1
config architecture amd64
layer ADD base
text etc/os-release ID=alpine\nVERSION_ID=3.16.9\n
text lib/apk/db/installed P:busybox\nV:1.35.0-r0\nA:x86_64\no:busybox\n\n
layer COPY big
zeros var/big 9000000
image demo:1
config architecture arm64
layer ADD base
same 0
layer RUN arm
text etc/arm yes
SPEC
"$make" --format oci -o layout spec || { fail "make-image"; exit 1; }
printf 'image demo:2\nlayer ADD\ntext etc/os-release ID=alpine\\nVERSION_ID=3.16.9\\n\nnoise var/noise 20000000\n' >spec2
"$make" --format oci -o layout2 spec2 2>make.log || {
    head -c 20000000 /dev/urandom >noise
    printf 'image demo:2\nlayer ADD\ntext etc/os-release ID=alpine\\nVERSION_ID=3.16.9\\n\nfile var/noise 0644 < noise\n' >spec2
    "$make" --format oci -o layout2 spec2 || { fail "make-image"; exit 1; }
}

# The aws command line knows no backfills yet. ecr OPERATION PARAMETERS: boto3, the exception's name when it is refused.
cat >call.py <<'EOF'
import boto3, botocore.exceptions, json, sys
try:
    answer = getattr(boto3.client("ecr"), sys.argv[1])(**json.loads(sys.argv[2]))
    answer.pop("ResponseMetadata")
    print(json.dumps(answer, default=str))
except botocore.exceptions.ClientError as error:
    print(error.response["Error"]["Code"])
    sys.exit(1)
EOF
ecr() { python call.py "$@"; }
member() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$@"; }
# docker_registry NAME [htpasswd]: Debian's, in $port.
docker_registry() {
    port=$(free_port)
    auth=
    [ -z "${2-}" ] || auth="auth: {htpasswd: {realm: test, path: $2}}"
    printf 'version: 0.1\nlog: {level: error}\nstorage: {delete: {enabled: true}, filesystem: {rootdirectory: %s}}\nhttp: {addr: 127.0.0.1:%s}\n%s\n' \
        "$work/$1" "$port" "$auth" >"$1.yml"
    start docker-registry serve "$work/$1.yml"
    wait_port "$port" || { fail "docker-registry does not start: $(head -3 server.*.log)"; exit 1; }
}
# Credentials for crane: HOST USER PASSWORD, several.
logins() {
    python3 - "$@" >docker/config.json <<'EOF'
import base64, json, sys
words = sys.argv[1:]
print(json.dumps({"auths": {h: {"auth": base64.b64encode(f"{u}:{p}".encode()).decode()}
                            for h, u, p in zip(words[::3], words[1::3], words[2::3])}}))
EOF
}
digest() { crane digest --insecure "$1"; }
asked() { grep -c "$1" line/log 2>/dev/null || true; }

htpasswd -Bbn up secret-of-upstream >htpasswd
docker_registry up "$work/htpasswd"
real=$port
line=$(free_port)
start python3 "$here/flaky_proxy.py" "$line" "$real" "$work/line"
wait_port "$line"

cat >cache/mirror.json <<EOF
{"credentials": [{"secret": "ecr-pullthroughcache/up", "username": "up", "accessToken": "secret-of-upstream"}]}
EOF
data=$work/cache
serve
cache=127.0.0.1:$port cache_url=$url cache_pid=$pid
logins "127.0.0.1:$real" up secret-of-upstream "$cache" "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY"
secret=arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/up-AbCdEf
crane push --insecure layout "127.0.0.1:$real/team/demo:1" >push.log 2>&1 || { fail "push: $(cat push.log)"; exit 1; }

aws ecr create-pull-through-cache-rule --ecr-repository-prefix hub --upstream-registry-url "127.0.0.1:$line" \
    --credential-arn "$secret" >rule.out 2>&1 || { fail "rule: $(cat rule.out)"; exit 1; }
same "the rule is valid" True "$(aws ecr validate-pull-through-cache-rule --ecr-repository-prefix hub --query isValid --output text)"

# First pull.
: >line/log
same "a tag is pulled through" "$(digest "127.0.0.1:$real/team/demo:1")" "$(digest "$cache/hub/team/demo:1")"
same "of an index only itself" 1 "$(aws ecr list-images --repository-name hub/team/demo --query 'length(imageIds)')"
check "an image of it" crane pull --insecure --platform linux/arm64 --format oci "$cache/hub/team/demo:1" arm
check "every blob is what it is called" sh -c 'cd arm/blobs/sha256 && for f in *; do [ "$(sha256sum <"$f" | cut -c1-64)" = "$f" ] || exit 1; done'
same "the other platform was not fetched" 2 "$(aws ecr list-images --repository-name hub/team/demo --query 'length(imageIds)')"
check "the whole of it" crane validate --insecure --remote "$cache/hub/team/demo:1"
before=$(asked 'manifests/1 ')
digest "$cache/hub/team/demo:1" >again
same "within a day a tag is not asked for again" "$before" "$(asked 'manifests/1 ')"

# Ten clients, one fetch.
crane push --insecure layout2 "127.0.0.1:$real/team/noise:1" >push.log 2>&1
noise=$(crane manifest --insecure "127.0.0.1:$real/team/noise:1" | python3 -c 'import json,sys; print(json.load(sys.stdin)["layers"][0]["digest"])')
echo slow >line/mode
digest "$cache/hub/team/noise:1" >again
same "HEAD of a blob tells its size" "$(crane manifest --insecure "127.0.0.1:$real/team/noise:1" | python3 -c 'import json,sys; print(json.load(sys.stdin)["layers"][0]["size"])')" \
    "$(curl -sI -u "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" "$cache_url/v2/hub/team/noise/blobs/$noise" | tr -d '\r' | sed -n 's/^[Cc]ontent-[Ll]ength: //p')"
check "and is one upstream, too" test "$(asked "HEAD .*blobs/$noise")" -gt 0
others=
for i in 1 2 3 4 5 6 7 8; do
    crane blob --insecure "$cache/hub/team/noise@$noise" >"noise.$i" 2>"noise.err" &
    others="$others $!"
done
for id in $others; do wait "$id"; done
rm -f line/mode
same "eight clients got the blob" 8 "$(sha256sum noise.[1-8] | grep -c "${noise#sha256:}")"
same "by one fetch" 1 "$(asked "GET .*blobs/$noise 200")"

# A bad line.
push_new() { # NAME: an image of its own upstream
    head -c 3000000 /dev/urandom >noise
    printf 'image demo:2\nlayer ADD\nfile var/noise 0644 < noise\n' >spec3
    rm -rf layout3
    "$make" --format oci -o layout3 spec3 && crane push --insecure layout3 "127.0.0.1:$real/team/$1" >push.log 2>&1
}
push_new cut:1
echo cut >line/mode
check "a blob that is cut in the middle goes on" crane validate --insecure --remote "$cache/hub/team/cut:1"
push_new dead:1
echo always >line/mode
check "one that is always cut fails" sh -c "! crane validate --insecure --remote $cache/hub/team/dead:1"
rm -f line/mode
sleep 1
check "and comes when the line is good again" sh -c "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do crane validate --insecure --remote $cache/hub/team/dead:1 && exit 0; sleep 3; done; exit 1"

# Upstream away, tags that are not there, other tags.
crane manifest --insecure "$cache/hub/team/demo:none" >none.out 2>&1
check "a tag that is not upstream" grep -q MANIFEST_UNKNOWN none.out
crane manifest --insecure "$cache/hub/team/demo:none" >none.out 2>&1
same "is asked for once a minute" 1 "$(asked 'GET .*manifests/none 404')"
printf '{"credentials": [{"secret": "ecr-pullthroughcache/up", "username": "up", "accessToken": "secret-of-upstream"}], "rules": [{"prefix": "hub", "tagSeconds": 1, "missSeconds": 1}]}' >cache/mirror.json
sleep 2.2
crane push --insecure layout2 "127.0.0.1:$real/team/demo:1" >push.log 2>&1
same "a rule of the operator's asks more often" "$(digest "127.0.0.1:$real/team/demo:1")" "$(digest "$cache/hub/team/demo:1")"
sleep 1.2
before=$(asked 'GET .*demo/manifests/1 ')
digest "$cache/hub/team/demo:1" >again
same "and fetches only what changed" "$before" "$(asked 'GET .*demo/manifests/1 ')"
sleep 1.2
echo down >line/mode
same "upstream away: what is here is served" "$(digest "127.0.0.1:$real/team/demo:1")" "$(digest "$cache/hub/team/demo:1")"
crane manifest --insecure "$cache/hub/team/other:1" >down.out 2>&1
check "what is not says why" grep -qi "502\|UNAVAILABLE\|upstream" down.out
check "secrets are in no answer" sh -c '! grep -q secret-of-upstream down.out none.out serve.err'
rm -f line/mode

# Policy: nothing is served before it was scanned.
echo '{"mode":"block","failOn":"high","unscanned":"block"}' >pull-policy
"$PLIMSOLL" registry set --data "$work/cache" pull-policy pull-policy >set.out 2>&1 || fail "registry set: $(cat set.out)"
crane copy --insecure --platform linux/amd64 "127.0.0.1:$real/team/dead:1" "127.0.0.1:$real/team/clean:1" >copy.log 2>&1
crane push --insecure layout "127.0.0.1:$real/team/bad:1" >push.log 2>&1
sleep 22 # upstream counts as away for a while
crane pull --insecure --platform linux/amd64 "$cache/hub/team/bad:1" bad.tar >bad.out 2>&1
check "an image with findings is refused at its first pull" grep -qi 'denied\|blocked\|403' bad.out
"$PLIMSOLL" registry unset --data "$work/cache" pull-policy >set.out 2>&1

# Another plimsoll as upstream, with its own key as the login.
cat >cache/mirror.json <<EOF
{"credentials": [{"secret": "ecr-pullthroughcache/second", "username": "$AWS_ACCESS_KEY_ID", "accessToken": "$AWS_SECRET_ACCESS_KEY"},
                 {"secret": "ecr-pullthroughcache/up", "username": "up", "accessToken": "secret-of-upstream"}]}
EOF
data=$work/origin
cat >origin/mirror.json <<EOF
{"destinations": [
  {"region": "eu-central-1", "registryId": "123456789012", "url": "http://$cache", "repositoryPrefix": "from/",
   "username": "$AWS_ACCESS_KEY_ID", "accessToken": "$AWS_SECRET_ACCESS_KEY"},
  {"region": "eu-north-1", "registryId": "123456789012", "url": "http://127.0.0.1:$line",
   "username": "up", "accessToken": "secret-of-upstream"}]}
EOF
serve
origin=127.0.0.1:$port origin_url=$url origin_pid=$pid
logins "127.0.0.1:$real" up secret-of-upstream "$cache" "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" \
    "$origin" "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY"
crane push --insecure layout "$origin/app/one:1" >push.log 2>&1 || fail "push: $(cat push.log)"
sleep 2.5 # mirror.json is looked at again within two seconds
aws ecr create-pull-through-cache-rule --endpoint-url "$cache_url" --ecr-repository-prefix second \
    --upstream-registry-url "$origin" --upstream-repository-prefix app \
    --credential-arn arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/second >rule.out 2>&1 || fail "rule: $(cat rule.out)"
check "a pull through another plimsoll" crane validate --insecure --remote "$cache/second/one:1"
same "is the same" "$(digest "$origin/app/one:1")" "$(digest "$cache/second/one:1")"
aws ecr update-pull-through-cache-rule --endpoint-url "$cache_url" --ecr-repository-prefix second --credential-arn "$secret" >rule.out 2>&1
same "with another's login it is not valid" False "$(aws ecr validate-pull-through-cache-rule --endpoint-url "$cache_url" --ecr-repository-prefix second --query isValid --output text)"

# Replication.
ecr put_replication_configuration '{"replicationConfiguration": {"rules": [{"destinations": [
    {"region": "eu-central-1", "registryId": "123456789012"}, {"region": "eu-north-1", "registryId": "123456789012"}],
    "repositoryFilters": [{"filter": "prod/", "filterType": "PREFIX_MATCH"}], "deleteReplication": {"enabled": true}}]}}' \
    >put.out 2>&1 || fail "replication: $(cat put.out)"
# status REPOSITORY TAG: "COMPLETE COMPLETE"
status() {
    aws ecr describe-image-replication-status --repository-name "$1" --image-id "imageTag=$2" \
        --query 'replicationStatuses[].status' --output text 2>&1 | tr '\t\n' '  ' | sed 's/ *$//'
}
until_status() { # REPOSITORY TAG WANTED
    for i in $(seq 1 "${4:-60}"); do
        [ "$(status "$1" "$2")" != "$3" ] || return 0
        sleep 0.5
    done
    status "$1" "$2"
    return 1
}
: >line/log
crane push --insecure layout "$origin/prod/app:1" >push.log 2>&1
check "a push goes to both" until_status prod/app 1 "COMPLETE COMPLETE"
same "to another plimsoll" "$(digest "$origin/prod/app:1")" "$(digest "$cache/from/prod/app:1")"
same "and to docker-registry" "$(digest "$origin/prod/app:1")" "$(digest "127.0.0.1:$real/prod/app:1")"
check "all of it" crane validate --insecure --remote "$cache/from/prod/app:1"
sent=$(asked '^PUT .*blobs/uploads')
crane mutate --insecure --platform linux/amd64 -l a=b -t "$origin/prod/app:2" "$origin/prod/app:1" >push.log 2>&1
check "another image of the same layers" until_status prod/app 2 "COMPLETE COMPLETE"
same "sends only its configuration" $((sent + 1)) "$(asked '^PUT .*blobs/uploads')"

echo down >line/mode
crane push --insecure layout2 "$origin/prod/late:1" >push.log 2>&1
check "one destination away: the other has it" until_status prod/late 1 "COMPLETE IN_PROGRESS"
there='{"destination": {"region": "eu-north-1", "registryId": "123456789012"}}'
ecr start_replication_backfill "$there" >backfill.out 2>&1
ecr start_replication_backfill "$there" >again.out 2>&1
same "a second backfill at once" ReplicationBackfillInProgressException "$(cat again.out)"
id=$(member backfill.out replicationBackfillId)
check "the first is stopped" ecr stop_replication_backfill "{\"replicationBackfillId\": \"$id\"}"
kill -9 "$origin_pid"
wait "$origin_pid" 2>/dev/null
rm -f line/mode
"$PLIMSOLL" serve --data "$work/origin" --listen "$origin" >serve2.out 2>serve2.err &
started="$started $!"
wait_port "${origin#*:}"
check "kill -9, and the other comes: it goes on by itself" until_status prod/late 1 "COMPLETE COMPLETE" 120
same "and is the same" "$(digest "$origin/prod/late:1")" "$(digest "127.0.0.1:$real/prod/late:1")"
for i in $(seq 1 40); do
    ecr describe_replication_backfill_results "{\"replicationBackfillId\": \"$id\"}" >results.out
    state=$(member results.out status)
    [ "$state" != STOPPED ] || break
    sleep 0.5
done
same "the backfill that was stopped ends" STOPPED "$state"
aws ecr batch-delete-image --repository-name prod/app --image-ids imageTag=2 >del.out 2>&1
gone() { for i in $(seq 1 60); do crane manifest --insecure "$1" >/dev/null 2>&1 || return 0; sleep 0.5; done; return 1; }
check "what is deleted goes there, too" gone "$cache/from/prod/app:2"
check "and at docker-registry" gone "127.0.0.1:$real/prod/app@$(python3 -c 'import json; print(json.load(open("del.out"))["imageIds"][0]["imageDigest"])')"
check "the cache's data is sound" "$PLIMSOLL" check "$work/cache"
check "the origin's data is sound" "$PLIMSOLL" check "$work/origin"
check "the servers live" kill -0 "$cache_pid"
