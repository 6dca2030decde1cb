#!/bin/sh
# Images out of Debian's docker-registry: anonymous, htpasswd, bearer tokens; both manifest formats, indexes, digests.
. "$(dirname "$0")/lib.sh"
need docker-registry
need skopeo
need python3
open="$BUILD/tests/tools/open-image"
make="$BUILD/tests/tools/make-image"
export HOME="$work" DOCKER_CONFIG="$work/docker"
unset XDG_RUNTIME_DIR REGISTRY_AUTH_FILE PLIMSOLL_REGISTRY_USER PLIMSOLL_REGISTRY_PASSWORD
mkdir "$work/docker"

cat >"$work/spec" <<'SPEC'
image demo:1
config architecture amd64
layer ADD base
text etc/os-release ID=alpine\nVERSION_ID=3.16.9\n
text lib/apk/db/installed P:openssl\nV:1.1.1s-r0\nA:x86_64\no:openssl\n\n
layer COPY big
zeros var/big 3000000
image demo:1
config architecture arm64
layer ADD base
same 0
layer RUN arm
text etc/arm yes
SPEC
"$make" --format oci -o "$work/layout" "$work/spec" || { fail "make-image"; exit 1; }

# registry NAME [LINES of configuration] [MORE of http]: starts one; its port is in $port.
registry() {
    port=$(free_port)
    http=${3:-}
    cat >"$work/$1.yml" <<EOS
version: 0.1
log: {level: error}
storage: {filesystem: {rootdirectory: $work/$1}}
http: {addr: 127.0.0.1:$port$http}
${2:-}
EOS
    start docker-registry serve "$work/$1.yml"
    wait_port "$port" || { fail "$1 registry does not start"; exit 1; }
}
push() {
    skopeo copy -q --dest-tls-verify=false "$@" >"$work/push.log" 2>&1 || { fail "push: $(cat "$work/push.log")"; exit 1; }
}
all_good() { ! grep '^layer' "$work/out" | grep -v ' good$'; }

registry open
at=127.0.0.1:$port/team/demo
push --all "oci:$work/layout" "docker://$at:index"
push --override-arch amd64 "oci:$work/layout" "docker://$at:oci"
push --override-arch amd64 --format v2s2 "oci:$work/layout" "docker://$at:docker"
digest=$(skopeo inspect --tls-verify=false --raw "docker://$at:index" | sha256sum | cut -d' ' -f1)

for tag in oci docker index; do
    exits "pull $tag over plain HTTP on loopback" 0 "$open" registry "$at:$tag"
    check "layers of $tag are what they are called" all_good
done
exits "the other platform" 0 "$open" registry "$at:index" --platform linux/arm64
same "is arm64" "image linux/arm64" "$(head -n 1 "$work/out" | cut -c1-17)"
exits "all platforms" 0 "$open" registry "$at:index" --all-platforms
same "are two" 2 "$(grep -c ^image "$work/out")"
exits "by digest" 0 "$open" registry "$at@sha256:$digest"
same "the index is known by it" "sha256:$digest" "$(head -n 1 "$work/out" | cut -d' ' -f4)"
exits "explicit scheme" 0 "$open" registry "http://$at:oci"
exits "TLS to a registry without it" 3 "$open" registry "https://$at:oci"
check "says so" grep -q 'HTTP without TLS: write http://' "$work/err"
exits "platform that is not there" 3 "$open" registry "$at:index" --platform linux/s390x
check "says which are" grep -q arm64 "$work/err"
exits "tag that is not there" 3 "$open" registry "$at:nothing"
check "says so" grep -q 'has no team/demo:nothing' "$work/err"
exits "digest that is not there" 3 "$open" registry "$at@sha256:$(printf %064d 0)"
exits "nobody listens" 3 "$open" registry "127.0.0.1:$(free_port)/x:y"
check "asks whether it is running" grep -q 'is it running' "$work/err"
if "$PLIMSOLL" scan --help >/dev/null 2>&1; then
    exits "plimsoll scan finds a package in it" 0 "$PLIMSOLL" scan --format "json=$work/scan.json" "$at:index"
    check "openssl" grep -q 1.1.1s-r0 "$work/scan.json"
    exits "plimsoll scan, the other platform" 0 "$PLIMSOLL" scan --platform linux/arm64 "$at:index"
    check "is named" grep -q linux/arm64 "$work/out"
    exits "plimsoll scan, all platforms" 0 "$PLIMSOLL" scan --all-platforms "$at:index"
    exits "plimsoll scan, prefix" 0 "$PLIMSOLL" scan "registry:$at:docker"
    exits "plimsoll scan, offline" 3 "$PLIMSOLL" scan --offline "$at:index"
fi

# Basic; Debian's python has bcrypt in crypt.
hash=$(python3 -W ignore -c 'import crypt; print(crypt.crypt("secret:1", crypt.mksalt(crypt.METHOD_BLOWFISH, rounds=16)))')
printf 'ann:%s\n' "$hash" >"$work/htpasswd"
registry basic "auth: {htpasswd: {realm: test, path: $work/htpasswd}}"
at=127.0.0.1:$port/private
push --dest-creds ann:secret:1 --override-arch amd64 "oci:$work/layout" "docker://$at:1"
exits "Basic without credentials" 3 "$open" registry "$at:1"
check "says that none were found" grep -q 'no credentials were found' "$work/err"
auth() { printf '{"auths": {"127.0.0.1:%s": {"auth": "%s"}}}' "$port" "$(printf %s "$1" | base64)" >"$work/docker/config.json"; }
auth ann:wrong
exits "Basic with a wrong password" 3 "$open" registry "$at:1"
check "says whose" grep -q '"ann" (credentials of .*config.json)' "$work/err"
check "and keeps the password to itself" sh -c "! grep -q wrong '$work/err'"
auth ann:secret:1
exits "Basic with config.json" 0 "$open" registry "$at:1"
check "layers" all_good
rm "$work/docker/config.json"
mkdir "$work/run" "$work/run/containers"
auth ann:secret:1
mv "$work/docker/config.json" "$work/run/containers/auth.json"
exits "Basic with podman's auth.json" 0 env XDG_RUNTIME_DIR="$work/run" "$open" registry "$at:1"
exits "Basic with the environment" 0 env PLIMSOLL_REGISTRY_USER=ann PLIMSOLL_REGISTRY_PASSWORD=secret:1 "$open" registry "$at:1"
mkdir "$work/bin"
cat >"$work/bin/docker-credential-test" <<'EOS'
#!/bin/sh
read -r host
printf '{"ServerURL": "%s", "Username": "ann", "Secret": "secret:1"}' "$host"
EOS
chmod +x "$work/bin/docker-credential-test"
printf '{"credHelpers": {"127.0.0.1:%s": "test"}}' "$port" >"$work/docker/config.json"
exits "Basic with a credential helper" 0 env PATH="$work/bin:$PATH" "$open" registry "$at:1"

# TLS: whose certificate is not known is not believed.
if command -v openssl >/dev/null && openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=registry -addext \
    subjectAltName=IP:127.0.0.1,DNS:localhost -keyout "$work/tls.key" -out "$work/tls.pem" >/dev/null 2>&1; then
    registry tls "" ", tls: {certificate: $work/tls.pem, key: $work/tls.key}"
    at=https://127.0.0.1:$port/team/demo
    push --override-arch amd64 "oci:$work/layout" "docker://127.0.0.1:$port/team/demo:1"
    exits "TLS by an unknown authority" 3 "$open" registry "$at:1"
    check "says what to do" grep -q SSL_CERT_FILE "$work/err"
    exits "TLS by one that is named" 0 env SSL_CERT_FILE="$work/tls.pem" "$open" registry "$at:1"
    check "layers" all_good
    exits "TLS that is not verified" 0 "$open" registry "$at:1" --insecure
    exits "and does not make us do without TLS" 3 "$open" registry "${at#https://}:1"
    check "says so" grep -q SSL_CERT_FILE "$work/err"
    exits "TLS found without being told" 0 "$open" registry "${at#https://}:1" --insecure
else
    echo "skip $scenario: TLS: openssl is not installed"
fi

# Bearer: a token server with a key of its own.
if command -v openssl >/dev/null && openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=tokens \
    -keyout "$work/key.pem" -out "$work/cert.pem" >/dev/null 2>&1; then
    tokens=$(free_port)
    start python3 "$here/tokens.py" "$tokens" "$work/key.pem" "$work/cert.pem" "$work/tokens.log"
    wait_port "$tokens" || fail "token server does not start"
    registry bearer "auth: {token: {realm: 'http://127.0.0.1:$tokens/token', service: test, issuer: tokens, rootcertbundle: $work/cert.pem}}"
    at=127.0.0.1:$port/guarded
    rm -f "$work/docker/config.json"
    push --dest-creds ann:secret:1 --override-arch amd64 "oci:$work/layout" "docker://$at/private:1"
    push --dest-creds ann:secret:1 --override-arch amd64 "oci:$work/layout" "docker://$at/public:1"
    exits "Bearer, anonymous, public" 0 "$open" registry "$at/public:1"
    check "layers" all_good
    exits "Bearer, anonymous, private" 3 "$open" registry "$at/private:1"
    auth ann:secret:1
    exits "Bearer with user and password" 0 "$open" registry "$at/private:1"
    check "asks for nothing but pull" sh -c "! tail -n 1 '$work/tokens.log' | grep -q push"
    auth ann:wrong
    exits "Bearer with a wrong password" 3 "$open" registry "$at/private:1"
    printf '{"auths": {"127.0.0.1:%s": {"identitytoken": "refresh+me"}}}' "$port" >"$work/docker/config.json"
    exits "Bearer with an identity token" 0 "$open" registry "$at/private:1"
    check "by POST" grep -q 'POST.*refresh_token' "$work/tokens.log"
else
    echo "skip $scenario: bearer tokens: openssl is not installed"
fi
