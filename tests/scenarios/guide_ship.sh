#!/bin/sh
# The guide, by plimsoll: its first users' repository (examples/react-app) is shipped, kept current, audited and its
# troubles explained, under the very names that the page has. In a network of its own: the registry of the guide's account,
# Docker Hub (a second plimsoll that holds the two bases, and a stand-in for its tags API) on loopback.
. "$(dirname "$0")/lib.sh"
need buildah
need podman
need openssl
need jq
need curl
guide=$PLIMSOLL_SHARED/reference/image-security-guide.md
[ -r "$guide" ] || skip "the guide is not here ($guide)"
clients aws python crane
. "$here/guide_world.sh"

# Docker Hub: the bases of the example, the older ones with an old openssl in them.
"$PLIMSOLL" serve --data hub --listen 127.0.0.2:443 --tls-cert cert.pem --tls-key key.pem --no-auth --no-scan >hub.log 2>&1 &
started="$started $!"
mkdir -p hubapi/library
for _ in $(seq 600); do
    curl -s -o /dev/null --cacert cert.pem https://registry-1.docker.io/v2/ && break
    sleep 0.1
done
for base in haproxy:3.3.1-alpine nginx:1.29.4-alpine; do
    world_base $base 1.1.1s-r0 && check "Docker Hub has $base" crane push base.tar "docker.io/library/$base"
done
world_base haproxy:3.3.2-alpine "" && check "and the next haproxy" crane push base.tar docker.io/library/haproxy:3.3.2-alpine
cat >hubapi/library/haproxy.json <<'EOF'
[{"name": "3.3.2-alpine", "last_updated": "2026-11-20T10:00:00.000000Z", "digest": null, "full_size": 50000000},
 {"name": "latest", "last_updated": "2026-11-20T09:00:00.000000Z", "digest": null, "full_size": 90000000},
 {"name": "3.4-dev1-alpine", "last_updated": "2026-11-19T10:00:00.000000Z", "digest": null, "full_size": 50000000},
 {"name": "3.3.1-alpine", "last_updated": "2026-10-01T10:00:00.000000Z", "digest": null, "full_size": 50000000},
 {"name": "3.3.2", "last_updated": "2026-11-20T10:00:00.000000Z", "digest": null, "full_size": 90000000},
 {"name": "3.3.0-alpine", "last_updated": "2026-09-01T10:00:00.000000Z", "digest": null, "full_size": 50000000}]
EOF
echo '[{"name": "1.29.4-alpine", "last_updated": "2026-11-01T10:00:00.000000Z", "digest": null, "full_size": 20000000}]' >hubapi/library/nginx.json
hub=$(free_port)
start python "$here/fake_hub.py" "$hub" "$work/hubapi"
wait_port "$hub"
export PLIMSOLL_HUB_URL=http://127.0.0.1:$hub

cp -r "$here/../../examples/react-app" app
cd app || exit 1
git init -q . && git add -A && git -c user.name=a -c user.email=a@example.com commit -qm 'as it is'
mkdir -p "$work/bin2" && ln -s "$PLIMSOLL" "$work/bin2/plimsoll"
PATH=$work/bin2:$PATH
printf "{}" >"$REGISTRY_AUTH_FILE"
rm "$work/bin/docker" # engines by their own names
# No container starts on this kind of machine: the haproxy and nginx of Debian stand in, as where there is no compose.
compose=$(command -v podman-compose) && mount --bind /dev/null "$compose"
export STORAGE_DRIVER=vfs XDG_STATE_HOME=$work/state
mkdir -p "$work/containers"
printf '[storage]\ndriver = "vfs"\ngraphroot = "%s/graph"\nrunroot = "%s/run"\n' "$work/containers" "$work/containers" >"$work/storage.conf"
export CONTAINERS_STORAGE_CONF=$work/storage.conf

# "Pushing Images to ECR": what is missing is made, then the scripts of the page, as it calls them.
exits "ship init makes the repositories" 0 plimsoll ship init
same "with scan on push" true "$(aws ecr describe-repositories --repository-names react-app-nginx \
    --query 'repositories[0].imageScanningConfiguration.scanOnPush' --output json)"
check "and a lifecycle policy" aws ecr get-lifecycle-policy --repository-name react-app-haproxy
exits "a plan changes nothing" 0 ./scripts/build-and-push-haproxy.sh v1.0.0 --dry-run
same "no image came of it" "" "$(aws ecr list-images --repository-name react-app-haproxy --query 'imageIds[].imageTag' --output text)"

# The old openssl stops it, as the checklist of the page wants it.
python "$here/guide_command.py" "$guide" "Build and Push HAProxy" 1 | grep '^\./scripts' >"$work/block.sh"
same "the page's own line" "./scripts/build-and-push-haproxy.sh v1.0.0" "$(cat "$work/block.sh")"
exits "a HIGH finding stops it" 1 sh "$work/block.sh"
check "and is named" grep -q CVE-2023-0286 "$work/out" "$work/err"
same "nothing was pushed" "" "$(aws ecr list-images --repository-name react-app-haproxy --query 'imageIds[].imageTag' --output text)"

# "Keeping Images Updated": what the page asks Docker Hub by curl and jq.
exits "update tags" 0 plimsoll update tags haproxy --last 5
check "names and dates" sh -c 'grep -q "3.3.2-alpine" "$0/out" && grep -q "2026-11-20" "$0/out"' "$work"
exits "update" 0 plimsoll update --format json
check "the next patch is offered, and no pre-release" sh -c 'grep -q "3.3.2-alpine" "$0/out"' "$work"
exits "update --write" 0 plimsoll update --write
same "one word of one file changed" "docker/Dockerfile.haproxy
-FROM haproxy:3.3.1-alpine
+FROM haproxy:3.3.2-alpine" "$(git diff --name-only; git diff -U0 | grep '^[-+][^-+]')"

# With it the release sails.
exits "it sails" 0 sh "$work/block.sh"
tags() { aws ecr describe-images --repository-name "$1" --query 'imageDetails[].imageTags[]' --output json | jq -c sort; }
same "the tags of the page, and v1.0.0" '["1","1.0","1.0.0","latest","v1.0.0"]' "$(tags react-app-haproxy)"
same "they are one image" 1 "$(aws ecr describe-images --repository-name react-app-haproxy --output json |
    jq '[.imageDetails[] | select(.imageTags)] | length')"

# "If no patch is available, document the risk": nginx has no newer base.
printf './scripts/build-and-push-nginx.sh v1.0.0\n' >"$work/block.sh"
exits "nginx is stopped, too" 1 sh "$work/block.sh"
remedy=$(sed -n 's/.*(`plimsoll \(remedy [^`]*\)`).*/\1/p' "$work/out")
check "it says how to go on" test -n "$remedy"
# shellcheck disable=SC2086 # the words that ship said
exits "remedy knows what mends it" 1 plimsoll $remedy
check "the distribution's own update" grep -q 'apk upgrade' "$work/out"
check "and how to build it again, by its name" grep -q 'docker build --pull -t localhost/react-app-nginx:v1.0.0 -f docker/Dockerfile.nginx' "$work/out"
for id in CVE-2022-4450 CVE-2023-0215 CVE-2023-0286; do
    printf -- '- id: %s\n  package: openssl\n  reason: waits for the base image\n  owner: web\n  expires: 2099-12-31\n' $id
done >plimsoll.exceptions.yaml
exits "accepted, it sails" 0 sh "$work/block.sh"
same "its tags" '["1","1.0","1.0.0","latest","v1.0.0"]' "$(tags react-app-nginx)"

# The next releases: forward only.
git -c user.name=a -c user.email=a@example.com commit -qam 'haproxy 3.3.2' && exits "a patch" 0 ./scripts/build-and-push-haproxy.sh v1.0.1
of() { aws ecr describe-images --repository-name react-app-haproxy --image-ids "imageTag=$1" --query 'imageDetails[0].imageDigest' --output text; }
same "latest and 1 went along" "$(of 1.0.1) $(of 1.0.1)" "$(of latest) $(of 1)"

# "Regular Security Audits": the page's script is ours.
exits "the audit" 0 ./scripts/audit-images.sh
same "as the page prints it" "=== Scanning react-app-haproxy === === Scanning react-app-nginx ===" \
    "$(grep '^===' "$work/out" | tr '\n' ' ' | sed 's/ $//')"
exits "and as a page" 0 ./scripts/audit-images.sh --format html="$work/audit.html"
check "which names both" sh -c 'grep -q react-app-haproxy "$0" && grep -q react-app-nginx "$0"' "$work/audit.html"

# "Image Pull Errors", "Image Size Too Large".
exits "doctor finds nothing wrong" 0 plimsoll doctor "$registry/react-app-haproxy:v1.0.0"
exits "doctor names the nearest tag" 1 plimsoll doctor "$registry/react-app-haproxy:v1.0.2"
check "which is" grep -q v1.0.1 "$work/out"
exits "size" 0 plimsoll size "$registry/react-app-nginx:latest" --budget 60MB
exits "over its budget" 1 plimsoll size "$registry/react-app-nginx:latest" --budget 1KB
exits "the checklist is answered row by row" 1 plimsoll comply --image "$registry/react-app-haproxy:v1.0.1" docker/Dockerfile.haproxy
