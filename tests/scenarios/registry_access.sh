#!/bin/sh
# Who may do what over the distribution API, with real clients: a user of one team, one who only reads, policies of
# repositories, tokens for one repository; and what is taken away is gone at once.
. "$(dirname "$0")/lib.sh"
need python3
need curl
clients crane
"$PLIMSOLL" user --help >/dev/null 2>&1 || skip "there is no plimsoll user"
export DOCKER_CONFIG="$work/docker"
mkdir "$DOCKER_CONFIG"
cd "$work" || exit 1
printf 'image demo:1\nconfig architecture amd64\nlayer ADD base\ntext etc/os-release ID=alpine\\nVERSION_ID=3.16.9\\n\n' >spec
"$BUILD/tests/tools/make-image" --format oci -o layout spec || { fail "make-image"; exit 1; }
serve
at=127.0.0.1:$port

# as NAME PASSWORD: what follows is done by that user.
as() { printf '{"auths": {"%s": {"auth": "%s"}}}\n' "$at" "$(printf %s "$1:$2" | base64 -w0)" >docker/config.json; }
admin() { as "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY"; }
push() { crane push --insecure layout "$1"; }
pull() { crane validate --insecure --remote "$1"; }
refused() { # WORD COMMAND…: fails, and says WORD
    word=$1
    shift
    if "$@" >refused.out 2>&1; then echo "it is not refused"; false; else grep -q "$word" refused.out || { cat refused.out; false; }; fi
}
status() { curl -s -o /dev/null -w '%{http_code}' "$@"; }
# follows CODE CURL-ARGUMENTS: the server follows what was changed beside it within a second, on a quiet machine.
follows() {
    code=$1
    shift
    for _ in $(seq 600); do
        [ "$(status "$@")" != "$code" ] || return 0
        sleep 0.1
    done
    return 1
}
user() { "$PLIMSOLL" user "$@" --data "$work/data"; }

admin
for repository in red/app blue/app; do check "the administrator pushes $repository" push "$at/$repository:1"; done
cat >red.json <<'EOF'
{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["ecr:GetAuthorizationToken"], "Resource": "*"},
 {"Effect": "Allow", "Action": "ecr:*", "Resource": "arn:aws:ecr:us-east-1:123456789012:repository/red/*"}]}
EOF
printf 'the-password-of-red\n' | check "a user of team red" user add red --policy red.json --password --no-key
printf 'the-password-of-ann\n' | check "one who reads" user add ann --allow pull --password --no-key
printf 'the-password-of-bob\n' | check "one who may nothing" user add bob --password --no-key
check "the server knows them" follows 200 -u bob:the-password-of-bob "$url/v2/"

as red the-password-of-red
check "red pulls its own" pull "$at/red/app:1"
check "red pushes its own" push "$at/red/new/deep:1"
check "red does not pull another's" refused DENIED pull "$at/blue/app:1"
check "red does not push another's" refused 'DENIED\|403' push "$at/blue/app:2"
check "red makes no repository elsewhere" refused 'DENIED\|403' push "$at/green/app:1"
check "red copies within its own" crane copy --insecure "$at/red/app:1" "$at/red/copy:1"
check "red does not mount what it may not read" refused DENIED crane copy --insecure "$at/blue/app:1" "$at/red/stolen:1"
same "red's catalogue" "red/app red/copy red/new/deep" "$(crane catalog --insecure "$at" | sort | tr '\n' ' ' | sed 's/ $//')"
check "red deletes its own" crane delete --insecure "$at/red/copy:1"
layer=$(python3 -c 'import json,os; m=json.load(open("layout/index.json"))["manifests"][0]["digest"].split(":")[1]; print(json.load(open("layout/blobs/sha256/"+m))["layers"][0]["digest"])')
same "a mount by digest out of another's repository is an upload" 202 \
    "$(status -u red:the-password-of-red -X POST "$url/v2/red/mounted/blobs/uploads/?mount=$layer&from=blue/app")"
same "by Basic, what is its own is mounted" 201 \
    "$(status -u red:the-password-of-red -X POST "$url/v2/red/mounted/blobs/uploads/?mount=$layer&from=red/app")"

as ann the-password-of-ann
check "ann pulls" pull "$at/blue/app:1"
check "ann does not push" refused 'DENIED\|UNAUTHORIZED' push "$at/blue/app:3"
check "ann does not delete" refused 'DENIED\|UNAUTHORIZED' crane delete --insecure "$at/blue/app:1"
same "ann sees all" "blue/app red/app red/copy red/mounted red/new/deep" "$(crane catalog --insecure "$at" | sort | tr '\n' ' ' | sed 's/ $//')"
as ann wrong
check "a wrong password" refused UNAUTHORIZED pull "$at/blue/app:1"

# The policy of a repository lets bob in, and a Deny keeps ann out.
as bob the-password-of-bob
check "bob pulls nothing" refused 'DENIED\|UNAUTHORIZED' pull "$at/blue/app:1"
same "bob sees nothing" "" "$(crane catalog --insecure "$at")"
cat >blue.json <<'EOF'
{"Version": "2012-10-17", "Statement": [
 {"Sid": "in", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:user/bob"}, "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer", "ecr:BatchCheckLayerAvailability"]},
 {"Sid": "out", "Effect": "Deny", "Principal": {"AWS": "arn:aws:iam::123456789012:user/ann"}, "Action": "ecr:*"}]}
EOF
python3 -c 'import json; print(json.dumps({"repositoryName": "blue/app", "policyText": open("blue.json").read()}))' >set.json
curl -s -u "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 aws:amz:us-east-1:ecr -H 'Content-Type: application/x-amz-json-1.1' \
    -H 'X-Amz-Target: AmazonEC2ContainerRegistry_V20150921.SetRepositoryPolicy' --data-binary @set.json "$url/" >set.out
check "a policy of the repository" grep -q policyText set.out
check "lets bob pull" pull "$at/blue/app:1"
check "and not push" refused 'DENIED\|UNAUTHORIZED' push "$at/blue/app:4"
as ann the-password-of-ann
check "and keeps ann out" refused 'DENIED\|UNAUTHORIZED' pull "$at/blue/app:1"

# A token says what it is for, and is for nothing else.
token=$(curl -s -u red:the-password-of-red "$url/token?service=ecr.amazonaws.com&scope=repository:red/app:pull" | python3 -c 'import json,sys; print(json.load(sys.stdin)["token"])')
with() { curl -s -o with.out -D with.head -w '%{http_code}' -H "Authorization: Bearer $token" "$@"; }
same "a token for pulling pulls" 200 "$(with "$url/v2/red/app/manifests/1")"
same "and does not push" 401 "$(with -X POST "$url/v2/red/app/blobs/uploads/")"
check "but says what would" grep -qi 'www-authenticate: bearer.*scope="repository:red/app:pull,push".*insufficient_scope' with.head
same "nor pulls others of the same user" 401 "$(with "$url/v2/red/new/deep/manifests/1")"
same "a changed token is none" 401 "$(status -H "Authorization: Bearer ${token}x" "$url/v2/red/app/manifests/1")"

# What is taken away is gone, also where it is remembered: in the token, in the password, on the hot path.
same "red, remembered" 200 "$(status -u red:the-password-of-red "$url/v2/red/app/manifests/1")"
check "red is disabled" user disable red
check "the password is refused" follows 401 -u red:the-password-of-red "$url/v2/red/app/manifests/1"
same "and so is the token" 401 "$(with "$url/v2/red/app/manifests/1")"
check "the server is still there" kill -0 "$pid"
