#!/bin/sh
# SBOMs and scans beside images: at our registry, which keeps the list of referrers, and at Debian's docker-registry, which
# does not, as other clients find them; cosign is a stand-in that writes down how it was called (cosign.sh has the real one).
. "$(dirname "$0")/lib.sh"
need python3
need docker-registry
clients aws crane oras python
make="$BUILD/tests/tools/make-image"
export HOME="$work/home" DOCKER_CONFIG="$work/docker"
unset REGISTRY_AUTH_FILE XDG_RUNTIME_DIR
mkdir -p "$HOME" "$DOCKER_CONFIG" "$work/bin"
cd "$work" || exit 1
printf 'image demo:1\nlayer ADD\ntext etc/os-release ID=alpine\\nVERSION_ID=3.16.9\\n\ntext lib/apk/db/installed P:busybox\\nV:1.35.0-r0\\nA:x86_64\\no:busybox\\n\\n\n' >spec
"$make" --format oci -o layout spec || { fail "make-image"; exit 1; }
json() { python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); print(eval(sys.argv[2]))' "$@"; }
digest=$(json layout/index.json 'd["manifests"][0]["digest"]')
attach() { "$PLIMSOLL" attach --format json "$@"; }
login() { # HOST USER PASSWORD
    python3 -c 'import base64, json, sys; h, u, p = sys.argv[1:]
print(json.dumps({"auths": {h: {"auth": base64.b64encode(f"{u}:{p}".encode()).decode()}}}))' "$@" >docker/config.json
}

serve --no-scan
host=127.0.0.1:$port
"$PLIMSOLL" copy layout "$host/team/app:1" >copy.out 2>&1 || { fail "copy: $(cat copy.out)"; exit 1; }
"$PLIMSOLL" sbom layout >sbom.json 2>sbom.err || fail "sbom: $(cat sbom.err)"
"$PLIMSOLL" scan --format json layout >scan.json 2>scan.err
exits "an SBOM" 0 attach "$host/team/app:1" sbom.json
cp out attach.json
sbom=$(json out 'd["digest"]')
same "is CycloneDX" application/vnd.cyclonedx+json "$(json out 'd["artifact_type"]')"
same "of that image" "$digest" "$(json out 'd["subject"]')"
same "in the registry's own list" False "$(json out 'd["by_tag"]')"
exits "a scan" 0 attach "$host/team/app@$digest" scan.json
same "has a type of its own" application/vnd.plimsoll.scan.v1+json "$(json out 'd["artifact_type"]')"
exits "the same again" 0 attach "$host/team/app:1" sbom.json
same "was there" "True $sbom" "$(json out 'd["was_there"], d["digest"]' | tr -d "(,')")"
login "$host" AWS "$(aws ecr get-login-password)"
found() { oras discover --plain-http --format json "$1" >oras.json 2>oras.err || sed 's/^/    /' oras.err; json oras.json 'sorted(m["artifactType"] for m in (d.get("referrers") or d.get("manifests")))'; }
both="['application/vnd.cyclonedx+json', 'application/vnd.plimsoll.scan.v1+json']"
same "oras finds both" "$both" "$(found "$host/team/app:1")"
check "and gets the SBOM back" sh -c "oras pull --plain-http -o back $host/team/app@$sbom >/dev/null 2>&1; crane blob --insecure $host/team/app@sha256:$(sha256sum <sbom.json | cut -c1-64) | cmp - sbom.json"
rm docker/config.json
exits "what is nothing known" 2 sh -c 'echo "{}" | "$1" attach "$2" -' sh "$PLIMSOLL" "$host/team/app:1"
check "says how to name it" grep -q -- --type err
exits "unless it is told what it is" 0 sh -c 'echo "{}" | "$1" attach --type application/x-test "$2" -' sh "$PLIMSOLL" "$host/team/app:1"
exits "an image that is not there" 3 attach "$host/team/app:none" sbom.json

exits "without cosign" 0 attach --sign "$host/team/app:1" sbom.json
same "it is said once" 1 "$(grep -c 'not signed: cosign is not installed' err)"
printf '#!/bin/sh\necho "$@" >>%s/cosign.log\n' "$work" >bin/cosign
chmod +x bin/cosign
exits "with it" 0 env PATH="$work/bin:$PATH" "$PLIMSOLL" attach --format json --sign "$host/team/app:1" sbom.json
same "the image is signed by digest" "sign --yes $host/team/app@$digest" "$(cat cosign.log)"
unset $(env | sed -n 's/^\(COSIGN_[A-Z_]*\)=.*/\1/p') 2>/dev/null
printf '#!/bin/sh\nenv | sed -n /^COSIGN_/p | sort >%s/cosign.env\n' "$work" >bin/cosign
PATH="$work/bin:$PATH" attach --sign "$host/team/app:1" sbom.json >out 2>err
same "it is told who pushed, and that there is no TLS" "COSIGN_ALLOW_HTTP_REGISTRY=true COSIGN_REGISTRY_PASSWORD=a-token COSIGN_REGISTRY_USERNAME=AWS" \
    "$(sed 's/^\(COSIGN_REGISTRY_PASSWORD\)=.\{40,\}/\1=a-token/' cosign.env | tr '\n' ' ' | sed 's/ $//')"
COSIGN_REGISTRY_USERNAME=other PATH="$work/bin:$PATH" attach --sign "$host/team/app:1" sbom.json >out 2>err
same "but for what it was told already" "COSIGN_ALLOW_HTTP_REGISTRY=true COSIGN_REGISTRY_USERNAME=other" "$(tr '\n' ' ' <cosign.env | sed 's/ $//')"
printf '#!/bin/sh\necho Error: what is repeated >&2\necho error during command execution: no key >&2\nexit 1\n' >bin/cosign
exits "when it fails" 3 env PATH="$work/bin:$PATH" "$PLIMSOLL" attach --sign "$host/team/app:1" sbom.json
check "its words are told" grep -q 'cosign ended with 1: no key. Next: ' err

debian=$(free_port)
printf 'version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: %s}}\nhttp: {addr: 127.0.0.1:%s}\n' "$work/debian" "$debian" >debian.yml
start docker-registry serve debian.yml
wait_port "$debian" || { fail "docker-registry does not start"; exit 1; }
there=127.0.0.1:$debian
"$PLIMSOLL" copy layout "$there/app:1" >copy.out 2>&1 || fail "copy: $(cat copy.out)"
exits "docker-registry" 0 attach "$there/app:1" sbom.json
same "keeps no list: it is under a tag" True "$(json out 'd["by_tag"]')"
exits "a second" 0 attach "$there/app:1" scan.json
exits "and the first again" 0 attach "$there/app:1" sbom.json
same "the tag is the image's digest" "1 $(echo "$digest" | tr : -)" "$(crane ls --insecure "$there/app" | sort | tr '\n' ' ' | sed 's/ $//')"
same "oras finds both there, too" "$both" "$(found "$there/app:1")"
if python3 -c 'import jsonschema' 2>/dev/null; then
    check "its JSON is as the schema says" python3 -c 'import json, sys, jsonschema
jsonschema.validate(json.load(open(sys.argv[1])), json.load(open(sys.argv[2])))' attach.json "$here/../../docs/schema/attach.json"
fi
