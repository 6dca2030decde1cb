#!/bin/sh
# doctor: every reason of a failing pull provoked on loopback, the row that must find it, and that no secret is ever told.
# Real where it can be: closed ports, names, certificates by openssl, our registry with its ECR and IAM APIs, a full tmpfs.
# doctor_stub.py stands in for proxies that refuse, rate limits, clocks that are wrong, blob hosts that stall, and a role
# of another account.
. "$(dirname "$0")/lib.sh"
need jq
need python3
need openssl
case $PLIMSOLL in /*) ;; *) PLIMSOLL=$PWD/$PLIMSOLL ;; esac
case $BUILD in /*) ;; *) BUILD=$PWD/$BUILD ;; esac
make_image=$BUILD/tests/tools/make-image
[ -x "$make_image" ] || skip "no make-image in $BUILD"
clients aws crane # before HOME is another: they are kept there
cd "$work" || exit 1
# What this machine has must not help or hinder.
export HOME="$work/home" AWS_EC2_METADATA_DISABLED=true AWS_CONFIG_FILE="$work/none" AWS_SHARED_CREDENTIALS_FILE="$work/none"
mkdir -p "$HOME/.docker"
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY all_proxy ALL_PROXY no_proxy NO_PROXY SSL_CERT_FILE DOCKER_CONFIG \
    DOCKER_HOST CONTAINER_HOST REGISTRY_AUTH_FILE XDG_RUNTIME_DIR AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_ENDPOINT_URL \
    AWS_REGION AWS_DEFAULT_REGION AWS_PROFILE AWS_SESSION_TOKEN
config=$HOME/.docker/config.json

# doctor WHAT CODE ARGUMENTS…: JSON in $work/d.json; all that was said is kept for the search for secrets.
doctor() {
    what=$1 code=$2
    shift 2
    "$PLIMSOLL" doctor --seconds 3 --format json "$@" >d.json 2>d.err
    got=$?
    cat d.json d.err >>said
    "$PLIMSOLL" doctor --seconds 3 "$@" >>said 2>&1
    [ $got = "$code" ] && ok "$what: exit $code" || { fail "$what: exit $got, not $code"; sed 's/^/    /' d.json d.err | head -60; }
}
row() { jq -r --arg n "$1" '.checks[] | select(.name == $n) | .state' d.json; }
seen() { jq -r --arg n "$1" '.checks[] | select(.name == $n) | .seen // ""' d.json; }
fix() { jq -r --arg n "$1" '.checks[] | select(.name == $n) | .fix | join("\n")' d.json; }
# found ROW WORD: the row failed, says the word, and has a command; it is the first that failed.
found() {
    same "  $1 fails" failed "$(row "$1")"
    case $(seen "$1") in *"$2"*) ok "  and says \"$2\"" ;; *) fail "  $1 does not say \"$2\": $(seen "$1")" ;; esac
    [ -n "$(fix "$1")" ] && ok "  and what to do" || fail "  $1 has no command"
    same "  nothing before it fails" "$1" "$(jq -r '[.checks[] | select(.state == "failed")][0].name' d.json)"
}
stub() { # KIND [CERT KEY]: sets $stub
    stub=$(free_port)
    kind=$1
    shift
    start python3 "$here/doctor_stub.py" "$kind" "$stub" "$@"
    wait_port "$stub" || fail "the stub $kind does not listen"
}

# --- this machine ---
doctor "this machine" 0
same "its kind" machine "$(jq -r .kind d.json)"
same "advisories: only the starter database" warning "$(row database)"
printf '{"auths":{"x.example":{"auth":"dTpwYXNzd29yZC1vcGVu"}}}' >"$config"
chmod 644 "$config"
doctor "a login file that others may read" 0
same "is warned of" warning "$(row files)"
printf '{broken' >"$config"
doctor "a login file that is broken" 1
found files "cannot be read"
rm -f "$config"
SSL_CERT_FILE=$work/none doctor "authorities that are not there" 1
# `VAR=x function` keeps the variable in some shells.
unset SSL_CERT_FILE
found authorities "not there"
export DOCKER_HOST=unix://$work/no.sock
doctor "an engine that does not answer" 1
found engines "no.sock, which DOCKER_HOST or CONTAINER_HOST names, is not there, and no engine answers"
unset DOCKER_HOST

# --- the way ---
port=$(free_port)
doctor "a closed port" 1 "127.0.0.1:$port/app:1"
found tcp "$port"
same "what needs it is skipped" skipped "$(row tag)"
doctor "the same, a registry alone" 1 "127.0.0.1:$port"
same "has no tag to look for" not-applicable "$(row tag)"
doctor "a name that is none" 1 nowhere.invalid/app:1
found dns "does not resolve"
stub silent
doctor "a port that says nothing" 1 "127.0.0.1:$stub/app:1"
same "no handshake, no answer" true "$(jq '.failed > 0' d.json)"
took=$(jq '[.checks[].seconds] | add | floor' d.json)
check "in bounded time ($took s)" [ "$took" -lt 30 ]

stub proxy403
export https_proxy="http://puser:proxy-secret-77@127.0.0.1:$stub"
doctor "a proxy that refuses" 1 registry.example/app:1
found proxy 403
same "what is behind it is skipped" skipped "$(row dns)"
export no_proxy=registry.invalid
doctor "a host that is excepted from the proxy" 1 registry.invalid/app:1
found dns "does not resolve"
unset no_proxy
stub proxy407
export https_proxy="http://puser:proxy-secret-77@127.0.0.1:$stub"
doctor "a proxy that wants a password" 1 registry.example/app:1
found proxy 407
export https_proxy="http://127.0.0.1:$port"
doctor "a proxy that is not there" 1 registry.example/app:1
found proxy "does not work"
unset https_proxy

# --- TLS ---
mkdir ca
: >ca/index.txt
echo 01 >ca/serial
cat >ca.cnf <<'EOF'
[ca]
default_ca = own
[own]
dir = ca
database = ca/index.txt
serial = ca/serial
new_certs_dir = ca
default_md = sha256
policy = any
unique_subject = no
copy_extensions = copy
[any]
commonName = supplied
EOF
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=Our Authority" -keyout ca.key -out ca.crt >log 2>&1
# certificate NAME SAN START END
certificate() {
    openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" -addext "subjectAltName=$2" -keyout "$1.key" -out "$1.csr" >>log 2>&1 &&
        openssl ca -batch -config ca.cnf -cert ca.crt -keyfile ca.key -in "$1.csr" -out "$1.crt" -startdate "$3" -enddate "$4" \
            >>log 2>&1 || fail "openssl does not make $1: $(tail -3 log)"
}
year=$(date +%Y)
certificate good IP:127.0.0.1 20200101000000Z "$((year + 1))1231000000Z"
certificate old IP:127.0.0.1 20200101000000Z 20200201000000Z
certificate early IP:127.0.0.1 "$((year + 2))0101000000Z" "$((year + 3))0101000000Z"
certificate other DNS:other.example 20200101000000Z "$((year + 1))1231000000Z"
openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj "/CN=127.0.0.1" -addext subjectAltName=IP:127.0.0.1 -keyout self.key \
    -out self.crt >>log 2>&1
certificate soon IP:127.0.0.1 20200101000000Z "$(date -u -d '+3 days' +%Y%m%d%H%M%SZ)"

stub registry self.crt self.key
doctor "a certificate of its own" 1 "127.0.0.1:$stub/fine/app:1"
found trust "signed by itself"
same "what comes behind is skipped" skipped "$(row login)"
stub registry good.crt good.key
doctor "an authority that is not known" 1 "127.0.0.1:$stub/fine/app:1"
found trust "authority"
good=$stub
export SSL_CERT_FILE=$work/ca.crt
doctor "the same, its authority known" 0 "127.0.0.1:$good/fine/app:1"
same "is believed" ok "$(row trust)"
stub registry old.crt old.key
doctor "a certificate that has ended" 1 "127.0.0.1:$stub/fine/app:1"
found trust "ended on 2020-02-01"
stub registry early.crt early.key
doctor "a certificate of the future" 1 "127.0.0.1:$stub/fine/app:1"
found trust "begins only on"
stub registry other.crt other.key
doctor "a certificate of another host" 1 "127.0.0.1:$stub/fine/app:1"
found trust "other.example"
stub registry soon.crt soon.key
doctor "a certificate that ends soon" 0 "127.0.0.1:$stub/fine/app:1"
same "is warned of" warning "$(row trust)"
certificate tomorrow IP:127.0.0.1 20200101000000Z "$(date -u -d '+30 hours' +%Y%m%d%H%M%SZ)"
stub registry tomorrow.crt tomorrow.key
doctor "a certificate that ends tomorrow" 0 "127.0.0.1:$stub/fine/app:1"
same "is told in a day, not days" "# it ends in 1 day: renew the registry's certificate" "$(fix trust)"
unset SSL_CERT_FILE
stub registry
doctor "plain HTTP where TLS is expected" 1 "0.0.0.0:$stub/fine/app:1"
found tls "does not speak TLS"
doctor "the same, asked for" 0 --plain-http "0.0.0.0:$stub/fine/app:1"
doctor "no registry at all" 1 --plain-http "0.0.0.0:$port/x"
found tcp "$port"

stub ill
doctor "a registry that is not well" 1 "127.0.0.1:$stub/fine/app:1"
found api "503: the registry, or what stands before it, is not well"

# --- clocks (a stub: no server here has a wrong one) ---
stub skew:3600
doctor "a clock that is an hour off" 1 "127.0.0.1:$stub/fine/app:1"
found clock "behind"
stub skew:-3600
doctor "the other way" 1 "127.0.0.1:$stub/fine/app:1"
found clock "ahead"
stub skew:-100
doctor "a clock that is a bit off" 0 "127.0.0.1:$stub/fine/app:1"
same "is warned of" warning "$(row clock)"

# --- limits, refusals and blobs of a stub ---
GONE_PORT=$port
stub silent
STALLED_PORT=$stub
export GONE_PORT STALLED_PORT
stub registry
plain=127.0.0.1:$stub
doctor "all well" 0 "$plain/fine/app:1"
same "the layers' row" ok "$(row layers)"
doctor "403" 1 "$plain/denied/app:1"
found login 403
doctor "429" 1 "$plain/limited/app:1"
found rate "100;w=21600"
case $(fix rate) in *create-pull-through-cache-rule*) ok "  pull-through is suggested" ;; *) fail "  no pull-through" ;; esac
doctor "a limit that is near" 0 "$plain/nearly/app:1"
same "is warned of" warning "$(row rate)"
doctor "blobs on a host that is silent" 1 "$plain/stalled/app:1"
found layers "the manifest comes, but the layers do not"
doctor "blobs on a host that is closed" 1 "$plain/gone/app:1"
found layers "$port"
doctor "blobs that are cut" 1 "$plain/cut/app:1"
found layers "the layers do not"
echo sig-secret-1234 >secrets

# --- logins ---
ecr=123456789012.dkr.ecr.us-east-1.amazonaws.com
token() { # SECONDS from now: what ECR's passwords look like
    printf '{"payload":"ecr-payload-secret-%s","datakey":"k","version":"2","type":"DATA_KEY","expiration":%s}' "$1" \
        $(($(date +%s) + $1)) | base64 -w0
}
ended=$(token -100) later=$(token 3600)
login() { printf '{"auths":{"%s":{"auth":"%s"}}%s}' "$1" "$(printf 'AWS:%s' "$2" | base64 -w0)" "$3" >"$config"; chmod 600 "$config"; }
printf '%s\n%s\n' "$ended" "$later" >>secrets
login "$ecr" "$ended" ""
doctor "a token that has ended" 1 "$ecr/app:1"
same "  its row fails" failed "$(row token)"
case $(seen token) in *"12 hours"*) ok "  and says why" ;; *) fail "  $(seen token)" ;; esac
case $(fix token) in *"aws ecr get-login-password --region us-east-1"*) ok "  and how to have a new one" ;; *) fail "  $(fix token)" ;; esac
login "$ecr" "$later" ""
doctor "a token that has not" 1 "$ecr/app:1"
same "  is fine" ok "$(row token)"
login "${ecr%us-east-1*}eu-west-1.amazonaws.com" "$later" ""
doctor "a token of another region" 1 "$ecr/app:1"
same "  its row fails" failed "$(row token)"
case $(seen token) in *eu-west-1*us-east-1*) ok "  and names both regions" ;; *) fail "  $(seen token)" ;; esac
mkdir bin
printf '#!/bin/sh\ncat >/dev/null\necho "{\\"Username\\":\\"AWS\\",\\"Secret\\":\\"helper-secret-5\\"}"\n' >bin/docker-credential-fake
chmod +x bin/docker-credential-fake
echo helper-secret-5 >>secrets
login "$ecr" "$ended" ",\"credHelpers\":{\"$ecr\":\"fake\"}"
PATH=$work/bin:$PATH
doctor "a stale entry beside a helper" 1 "$ecr/app:1"
found entries "auths"
case $(fix entries) in *"docker logout"*) ok "  docker logout" ;; *) fail "  $(fix entries)" ;; esac
login "$ecr" "$later" ",\"credHelpers\":{\"$ecr\":\"absent-helper\"}"
doctor "a helper that is not installed" 1 "$ecr/app:1"
found entries docker-credential-absent-helper
rm -f "$config"

# --- room ---
mkdir full
if mount -t tmpfs -o size=64k none full 2>/dev/null; then
    doctor "a disk that is too small" 1 --storage "$work/full" "$plain/fine/app:1"
    found space "free in"
    head -c 65536 /dev/zero >full/fill 2>/dev/null
    doctor "a disk that is full" 1 --storage "$work/full" "$plain/fine/app:1"
    found space "0 B free"
    umount full
else
    echo "skip $scenario: no tmpfs can be mounted here, the full disk is not tried"
fi
doctor "a disk with room" 0 --storage "$work" "$plain/fine/app:1"

# --- our registry, with its ECR and IAM ---
serve --lifecycle-every 1
printf '%s\n' "$AWS_SECRET_ACCESS_KEY" >>secrets
registry=127.0.0.1:$port
printf 'layer RUN a\ntext a/b c\nconfig architecture amd64\n' >spec
"$make_image" --format oci --tag x:1 -o oci spec || exit 1
aws ecr create-repository --repository-name team/app >/dev/null
password=$(aws ecr get-login-password)
echo "$password" >>secrets
login "$registry" "$password" ""
for tag in 1.2.3 1.2.2 latest; do crane push oci "$registry/team/app:$tag" --insecure >/dev/null 2>&1 || fail "push $tag"; done
doctor "an image that can be pulled" 0 "$registry/team/app:1.2.3"
same "describe-repositories" ok "$(row describe)"
same "a registry alone" "0 registry" "$(doctor x 0 "$registry" >/dev/null; jq -r '"\(.failed) \(.kind)"' d.json)"
doctor "a repository that is not there" 1 "$registry/team/ap:1.2.3"
same "  repository fails" failed "$(row repository)"
case $(seen repository) in *"team/app"*) ok "  and the nearest is named" ;; *) fail "  $(seen repository)" ;; esac
doctor "a tag that is not there" 1 "$registry/team/app:1.2.4"
found tag "1.2.3, 1.2.2"
doctor "a digest that is not there" 1 "$registry/team/app@sha256:$(printf %064d 0)"
found tag sha256:0000
aws ecr put-lifecycle-policy --repository-name team/app --lifecycle-policy-text \
    '{"rules":[{"rulePriority":1,"description":"Keep last 10 images","selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":10},"action":{"type":"expire"}}]}' >/dev/null
doctor "a tag that a lifecycle rule may have expired" 1 "$registry/team/app:1.0.0"
found tag "rule 1 keeps the newest 10"
aws ecr create-repository --repository-name team/few >/dev/null
printf 'layer RUN b\ntext a/b d\nconfig architecture amd64\n' >spec
"$make_image" --format oci --tag x:1 -o oci2 spec
crane push oci "$registry/team/few:old" --insecure >/dev/null 2>&1
sleep 1.1 # the second is the newer one
crane push oci2 "$registry/team/few:new" --insecure >/dev/null 2>&1
aws ecr put-lifecycle-policy --repository-name team/few --lifecycle-policy-text \
    '{"rules":[{"rulePriority":1,"description":"Keep only the last image of all","selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}' >/dev/null
for _ in $(seq 600); do
    [ "$(aws ecr describe-images --repository-name team/few --query 'length(imageDetails)' 2>/dev/null)" = 1 ] && break
    sleep 0.2
done
doctor "a tag that a lifecycle rule did expire, by the audit log" 1 --data "$work/data" "$registry/team/few:old"
found tag "expired by its lifecycle policy at 20"
doctor "an audit log that is not there" 1 --data "$work/absent" "$registry/team/few:old"
found tag "audit log cannot be read"
doctor "no manifest for the platform" 1 --platform linux/arm64 "$registry/team/app:1.2.3"
found platform "none for linux/arm64; there is: linux/amd64"
aws ecr update-image-storage-class --repository-name team/app --image-id imageTag=1.2.2 --target-storage-class ARCHIVE >log 2>&1 ||
    fail "archive: $(cat log)"
doctor "an archived image" 1 "$registry/team/app:1.2.2"
same "  archived fails" failed "$(row archived)"
case $(fix archived) in *update-image-storage-class*) ok "  and how to restore it" ;; *) fail "  $(fix archived)" ;; esac
aws ecr update-image-storage-class --repository-name team/app --image-id imageTag=latest --target-storage-class STANDARD >/dev/null 2>&1

trust() { printf '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"%s"},"Action":"sts:AssumeRole"}]}' "$1"; }
doctor "a role that is not there" 1 --role nobody "$registry/team/app:1.2.3"
found role-trust NoSuchEntity
if aws iam create-role --role-name lambda --assume-role-policy-document "$(trust lambda.amazonaws.com)" >log 2>&1; then
    doctor "a role that does not trust ECS" 1 --role lambda "$registry/team/app:1.2.3"
    found role-trust "does not trust"
else
    fail "create-role: $(cat log)"
fi
aws iam create-role --role-name run --assume-role-policy-document "$(trust ecs-tasks.amazonaws.com)" >log 2>&1 || fail "create-role: $(cat log)"
doctor "a role without rights" 1 --role run "$registry/team/app:1.2.3"
found role-actions "ecr:GetAuthorizationToken, ecr:BatchCheckLayerAvailability, ecr:GetDownloadUrlForLayer, ecr:BatchGetImage"
rights() { printf '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["ecr:GetAuthorizationToken","ecr:BatchCheckLayerAvailability","ecr:BatchGetImage"%s],"Resource":"*"}]}' "$1"; }
aws iam put-role-policy --role-name run --policy-name pull --policy-document "$(rights '')" >log 2>&1 || fail "put-role-policy: $(cat log)"
doctor "a role that lacks one action" 1 --role run "$registry/team/app:1.2.3"
found role-actions "may not: ecr:GetDownloadUrlForLayer"
aws iam put-role-policy --role-name run --policy-name pull --policy-document "$(rights ',"ecr:GetDownloadUrlForLayer"')" >/dev/null 2>&1
doctor "a role that has all four" 0 --role run "$registry/team/app:1.2.3"
same "  trust" ok "$(row role-trust)"
same "  actions" ok "$(row role-actions)"
same "  policy of the repository" ok "$(row policy)"
# A role of another account: our registry has one account, so a stub answers for IAM, and the host is Amazon's by name.
stub iam
export AWS_ENDPOINT_URL_IAM=http://127.0.0.1:$stub
other=123456789012.dkr.ecr.us-east-1.amazonaws.com
doctor "a role of another account, and no policy for it" 1 --role arn:aws:iam::999999999999:role/other "$other/team/app:1.2.3"
same "  policy fails" failed "$(row policy)"
case $(fix policy) in *set-repository-policy*999999999999*) ok "  and the policy that mends it" ;; *) fail "  $(fix policy)" ;; esac
aws ecr set-repository-policy --repository-name team/app --policy-text '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::999999999999:root"},"Action":["ecr:BatchCheckLayerAvailability","ecr:GetDownloadUrlForLayer","ecr:BatchGetImage"]}]}' >log 2>&1 || fail "policy: $(cat log)"
doctor "the same with the policy" 1 --role arn:aws:iam::999999999999:role/other "$other/team/app:1.2.3"
same "  policy is fine" ok "$(row policy)"
unset AWS_ENDPOINT_URL_IAM

# Wrong logins, without AWS credentials that would renew them.
unset AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_ENDPOINT_URL
login "$registry" wrong-password-9 ""
echo wrong-password-9 >>secrets
doctor "a login that is refused" 1 "$registry/team/app:1.2.3"
found login refused
rm -f "$config"
doctor "no login" 1 "$registry/team/app:1.2.3"
found login "nobody is logged in"

# --- no secret, ever ---
echo proxy-secret-77 >>secrets
for secret in $(cat secrets); do
    coded=$(printf 'AWS:%s' "$secret" | base64 -w0)
    for each in "$secret" "${coded%%=*}" "$(printf %s "$secret" | base64 -w0 | tr -d =)"; do
        grep -qF -- "$each" said && fail "a secret was told: $(printf %.20s "$each")…"
    done
done
ok "none of $(wc -l <secrets) secrets was told, nor their base64, in $(wc -c <said) bytes"

# --- the form ---
if python3 -c 'import jsonschema' 2>/dev/null; then
    check "JSON is as docs/schema/doctor.json says" python3 - "$here/../../docs/schema/doctor.json" d.json <<'EOF'
import json, sys
from jsonschema import Draft202012Validator
schema, document = (json.load(open(name, encoding="utf-8")) for name in sys.argv[1:3])
Draft202012Validator.check_schema(schema)
for error in Draft202012Validator(schema).iter_errors(document):
    sys.exit(str(error)[:400])
EOF
else
    echo "skip $scenario: python3-jsonschema is not installed, the JSON is not checked"
fi
exits "a name that is none" 2 "$PLIMSOLL" doctor 'UPPER CASE'
