#!/bin/sh
# cosign for real, with a key pair and nothing else that it could ask: images are signed by `attach --sign` and by `ship`,
# cosign verifies them, at plimsoll serve (which keeps referrers) and at Debian's docker-registry (which does not). What a
# signature is and is not: it suppresses no finding, is no release, is nobody else's image's, and goes with its subject.
. "$(dirname "$0")/lib.sh"
need python3
need docker-registry
need buildah
need jq
[ -x /bin/busybox ] || skip "busybox-static is not installed"
clients aws crane
signer=$(sh "$here/../../tools/clients" cosign)
[ -x "$signer/cosign" ] || skip "cosign could not be had (tools/clients says why)"
make=$BUILD/tests/tools/make-image
[ -x "$make" ] || skip "no make-image in $BUILD"
unset $(env | sed -n 's/^\(COSIGN_[A-Z_]*\)=.*/\1/p') REGISTRY_AUTH_FILE XDG_RUNTIME_DIR SOURCE_DATE_EPOCH 2>/dev/null
export HOME="$work/home" DOCKER_CONFIG="$work/docker" XDG_STATE_HOME="$work/state" GIT_CEILING_DIRECTORIES="$work"
cd "$work" || exit 1
mkdir -p home docker app
echo '{}' >docker/config.json
json() { python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$@"; }
spec() { # VERSION-OF-OPENSSL
    printf 'image demo:1\nlayer ADD\ntext etc/os-release ID=alpine\\nVERSION_ID=3.16.9\\n\n'
    printf 'text lib/apk/db/installed P:openssl\\nV:%s\\nA:x86_64\\no:openssl\\n\\n\n' "$1"
}
spec 1.1.1s-r0 >spec && "$make" --format oci -o layout spec && spec 1.1.1t-r0 >spec && "$make" --format oci -o other spec ||
    { fail "make-image"; exit 1; }
digest=$(json layout/index.json 'd["manifests"][0]["digest"]')
"$PLIMSOLL" sbom layout >sbom.json 2>sbom.err || fail "sbom: $(cat sbom.err)"
PATH=$signer:$PATH
export COSIGN_PASSWORD=of-the-test
cosign generate-key-pair >keys.log 2>&1 || { fail "cosign makes no keys: $(cat keys.log)"; exit 1; }
ok "cosign $(cosign version 2>&1 | sed -n 's/^GitVersion: *//p') makes keys"

serve
host=127.0.0.1:$port
password=$(aws ecr get-login-password)
"$PLIMSOLL" copy layout "$host/team/app:1.0.0" >copy.out 2>&1 || { fail "copy: $(cat copy.out)"; exit 1; }
"$PLIMSOLL" scan --format "json=$work/before.json" "$host/team/app:1.0.0" >scan.out 2>&1
# verify IMAGE [OPTION…]: cosign with the public key, logged in as AWS; no transparency log was written.
verify() {
    image=$1
    shift
    cosign verify --key cosign.pub --insecure-ignore-tlog=true --registry-username AWS --registry-password "$password" "$@" "$image"
}
exits "nobody has signed it" 10 verify "$host/team/app:1.0.0"
exits "without a key and without a network it cannot be signed" 3 "$PLIMSOLL" attach --sign "$host/team/app:1.0.0" sbom.json
check "cosign's reason is told, and what to do" grep -q '^plimsoll: cosign ended with 1: .*sigstore.*Next: .*COSIGN_KEY' err
# As docs/tags.md has it.
export COSIGN_KEY="$work/cosign.key" COSIGN_USE_SIGNING_CONFIG=false COSIGN_TLOG_UPLOAD=false
exits "a wrong password" 3 env COSIGN_PASSWORD=wrong "$PLIMSOLL" attach --sign "$host/team/app:1.0.0" sbom.json
check "is told" grep -q 'decryption failed' err
exits "signed with a key, by who is logged in with AWS credentials alone" 0 "$PLIMSOLL" attach --sign --format json "$host/team/app:1.0.0" sbom.json
same "attach says so" True "$(json out 'd["signed"]')"
exits "cosign verifies it by tag" 0 verify "$host/team/app:1.0.0"
check "it is the image's digest that was signed" grep -q "\"docker-manifest-digest\":\"$digest\"" out
exits "and by digest" 0 verify "$host/team/app@$digest"
same "SBOM and signature are referrers of the image" "application/vnd.cyclonedx+json application/vnd.dev.sigstore.bundle.v0.3+json" \
    "$(aws ecr list-image-referrers --repository-name team/app --subject-id "imageDigest=$digest" | jq -r '.referrers[].artifactType' | sort | tr '\n' ' ' | sed 's/ $//')"
same "and no tag" 1.0.0 "$(aws ecr list-images --repository-name team/app --filter tagStatus=TAGGED | jq -r '.imageIds[].imageTag')"

# The older way: a tag.
exits "cosign signs under a tag" 0 cosign sign --yes --new-bundle-format=false --registry-username AWS --registry-password "$password" "$host/team/app@$digest"
old=$(echo "$digest" | tr : -).sig
exits "and verifies that" 0 verify "$host/team/app:1.0.0" --new-bundle-format=false
check "the tag is there" sh -c "aws ecr list-images --repository-name team/app | grep -q '$old'"

# What a signature is not.
"$PLIMSOLL" scan --format "json=$work/after.json" "$host/team/app:1.0.0" >scan.out 2>&1
same "a signed image has the findings that it had" "$(json before.json 'len(d["findings"]), d["findings"] == d["findings"]')" \
    "$(python3 -c 'import json; a, b = (json.load(open(n)) for n in ("before.json", "after.json")); print((len(b["findings"]), a["findings"] == b["findings"]))')"
check "which are some" test "$(json before.json 'len(d["findings"])')" -gt 0
exits "and no gate opens for it" 1 "$PLIMSOLL" scan --fail-on high "$host/team/app:1.0.0"
exits "a signature is no image to scan" 3 "$PLIMSOLL" scan "$host/team/app:$old"
same "for the registry either" UNSUPPORTED_IMAGE "$(aws ecr describe-images --repository-name team/app --image-ids "imageTag=$old" | jq -r '.imageDetails[0].imageScanStatus.status')"
exits "a release is planned beside it" 0 "$PLIMSOLL" tag plan "$host/team/app" --release 1.0.1 --format json
same "as if it were not there" "1.0.1 1.0 1 latest" "$(jq -r '.tags[].name' out | tr '\n' ' ' | sed 's/ $//')"
exits "the newest image for audit" 0 "$PLIMSOLL" audit "$host/team/app" --format "json=$work/audit.json"
check "is the release" grep -q '"1.0.0"' audit.json
same "and not the signature" 0 "$(grep -c '\.sig"' audit.json)"
"$PLIMSOLL" copy other "$host/team/app:moved" >copy.out 2>&1 || fail "copy: $(cat copy.out)"
exits "another image" 10 verify "$host/team/app:moved"
crane auth login "$host" -u AWS -p "$password" >auth.log 2>&1
crane tag --insecure "$host/team/app:moved" 1.0.0 >tag.log 2>&1 || fail "crane tag: $(cat tag.log)"
exits "under the tag that was signed is not signed" 10 verify "$host/team/app:1.0.0"
exits "the signed digest still is" 0 verify "$host/team/app@$digest"
# The image has no tag now. Two more follow it, so that it is the second of the untagged.
spec 1.1.1u-r0 >spec && "$make" --format oci -o third spec || fail "make-image"
for tag in 1.0.0 moved; do
    "$PLIMSOLL" copy third "$host/team/app:$tag" >copy.out 2>&1 || fail "copy: $(cat copy.out)"
done
aws ecr batch-delete-image --repository-name team/app --image-ids "imageTag=$old" >policy.log 2>&1
echo '{}' >docker/config.json
aws ecr put-lifecycle-policy --repository-name team/app --lifecycle-policy-text \
    '{"rules":[{"rulePriority":1,"selection":{"tagStatus":"untagged","countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}' >policy.log 2>&1 || fail "policy: $(cat policy.log)"
aws ecr start-lifecycle-policy-preview --repository-name team/app >policy.log 2>&1
for _ in $(seq 600); do
    aws ecr get-lifecycle-policy-preview --repository-name team/app >preview.json 2>&1
    grep -q COMPLETE preview.json && break
    sleep 0.2
done
same "signature and SBOM expire with their subject" \
    "$( (echo "$digest"; aws ecr list-image-referrers --repository-name team/app --subject-id "imageDigest=$digest" | jq -r '.referrers[].digest') | sort)" \
    "$(jq -r '.previewResults[].imageDigest' preview.json | sort)"

# Debian's registry keeps no list: cosign's referrers and ours share the one under the tag.
debian=$(free_port)
printf 'version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: 127.0.0.1:%s}\n' "$work/debian" "$debian" >debian.yml
start docker-registry serve debian.yml
wait_port "$debian" || { fail "docker-registry does not start"; exit 1; }
there=127.0.0.1:$debian
there_list() { crane manifest --insecure "$there/app:$(echo "$digest" | tr : -)" | jq -r '.manifests[].artifactType' | sort | tr '\n' ' ' | sed 's/ $//'; }
"$PLIMSOLL" copy layout "$there/app:1" >copy.out 2>&1 || fail "copy: $(cat copy.out)"
exits "signed at docker-registry" 0 "$PLIMSOLL" attach --sign --format json "$there/app:1" sbom.json
exits "cosign verifies it there" 0 cosign verify --key cosign.pub --insecure-ignore-tlog=true "$there/app:1"
same "both are in the list under the tag" "application/vnd.cyclonedx+json application/vnd.dev.sigstore.bundle.v0.3+json" "$(there_list)"
exits "something attached behind the signature" 0 sh -c 'echo "{}" | "$1" attach --type application/x-test "$2" -' sh "$PLIMSOLL" "$there/app:1"
same "leaves it in the list" "application/vnd.cyclonedx+json application/vnd.dev.sigstore.bundle.v0.3+json application/x-test" "$(there_list)"
exits "and verified" 0 cosign verify --key cosign.pub --insecure-ignore-tlog=true "$there/app:1"

# ship signs what it pushed, where it finds cosign.
printf '[storage]\ndriver = "vfs"\ngraphroot = "%s/store"\nrunroot = "%s/runroot"\n' "$work" "$work" >storage.conf
export CONTAINERS_STORAGE_CONF="$work/storage.conf" BUILDAH_ISOLATION=chroot PLIMSOLL_ENGINE=buildah
echo hello >app/hello
printf 'FROM scratch\nCOPY hello /hello\nUSER 65534\nHEALTHCHECK NONE\nCMD ["/hello"]\n' >app/Dockerfile
printf 'registry: %s\nimages:\n  - name: web\n    dockerfile: app/Dockerfile\n    context: app\n    repository: team/web\n    gate: {fail-on: []}\nlint: {fail-on: none}\n' "$host" >plimsoll.yaml
exits "ship with a key that cannot be opened" 3 env COSIGN_PASSWORD=wrong "$PLIMSOLL" ship --release v1.0.0
check "stops at the push, and says how to go on" grep -q -- '--from push' out err
same "no tag leads to what is not signed" "" "$(aws ecr list-images --repository-name team/web --filter tagStatus=TAGGED | jq -r '.imageIds[].imageTag')"
exits "from there, with the password" 0 "$PLIMSOLL" ship --release v1.0.0 --from push
check "says that it signed" grep -q 'push  *passed .*signed' out
exits "cosign verifies the release" 0 verify "$host/team/web:1.0.0"
echo again >app/hello
exits "ship --no-sign" 0 "$PLIMSOLL" ship --release v1.0.1 --no-sign
check "does not say so" sh -c '! grep -q "push .*signed" out'
exits "and it is not" 10 verify "$host/team/web:1.0.1"
