#!/bin/sh
# plimsoll registry beside a running server: what it sets is followed within a second, what it shows is what happened.
. "$(dirname "$0")/lib.sh"
need skopeo
need jq
cd "$work" || exit 1
serve
registry() { "$PLIMSOLL" registry "$@" --data "$work/data"; }
printf 'layer one\ntext etc/hostname one\n' >spec
"$BUILD/tests/tools/make-image" --tag app:1 -o app.tar spec
push() { skopeo copy -q --dest-tls-verify=false --dest-creds "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" docker-archive:app.tar "docker://127.0.0.1:$port/team/app:$1"; }
pull() { skopeo inspect --tls-verify=false --creds "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --raw "docker://127.0.0.1:$port/team/app:$1"; }
check "push" push v1
check "the repository is listed" sh -c '"$0" registry list --data data | grep -q "^team/app "' "$PLIMSOLL"

# Quarantine.
check "quarantine" registry quarantine team/app v1 --why 'a key in it'
sleep 1.5
exits "it cannot be pulled" 1 pull v1
check "and the reason is told" grep -q 'a key in it' err
check "release" registry release team/app v1
sleep 1.5
check "it can be pulled again" pull v1
exits "a tag that is not there" 3 registry quarantine team/app v9
exits "a name that is none" 2 registry quarantine 'Team/../app' v1

# Settings: what cannot be understood is refused.
echo '{"mode": "block", "failOn": "critical", "unscanned": "block"}' >policy.json
check "set" registry set pull-policy policy.json --repository team/app
same "get" block "$(registry get pull-policy --repository team/app | jq -r .mode)"
echo '{"mode": "perhaps"}' >odd.json
exits "a policy that is none is refused" 3 registry set pull-policy odd.json
exits "a setting that there is not" 2 registry set pull-polcy policy.json
exits "retain is a repository's" 2 registry set retain policy.json
exits "an empty file" 2 registry set pull-policy /dev/null
exits "a repository that is not there" 3 registry set pull-policy policy.json --repository team/none
check "unset" registry unset pull-policy --repository team/app
exits "it is not set any more" 3 registry get pull-policy --repository team/app

# The audit log has it all, with who.
registry audit --format json >audit.json
check "push, quarantine and release are there, with who" jq -s -e '
    (map(select(.action == "PutImage" and .repository == "team/app" and .tag == "v1" and (.who | length) > 0)) | length == 1)
    and (map(select(.action == "QuarantineImage" and (.who | startswith("local:")))) | length == 1)
    and (map(select(.action == "ReleaseImage")) | length == 1)' audit.json
same "since tomorrow nothing" 0 "$(registry audit --since "$(date -d tomorrow +%F)" | wc -l)"
"$PLIMSOLL" user list --format json --data data >users.json
if python3 -c 'import jsonschema' 2>/dev/null; then
    valid() { python3 -c 'import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
for line in json.load(sys.stdin): jsonschema.validate(line, schema)' "$here/../../docs/schema/$1.json"; }
    jq -s . audit.json | valid audit && ok "the audit log's JSON is as the schema says" || fail "the audit log's schema"
    jq -s . users.json | valid users && ok "the users' JSON is as the schema says" || fail "the users' schema"
fi
check "collect" registry collect
exits "no data folder" 3 "$PLIMSOLL" registry list --data "$work/none"
