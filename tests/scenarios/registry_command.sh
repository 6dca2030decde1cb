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
denied() { ! pull v1 >err 2>&1; }
eventually "it cannot be pulled" denied
check "and the reason is told" grep -q 'a key in it' err
check "it is listed, with who and why" sh -c '"$0" registry quarantined team/app --data data | grep -q "^sha256:.* by local:.*a key in it$"' "$PLIMSOLL"
check "release" registry release team/app v1
exits "of a repository that is not there nothing is listed" 3 registry quarantined team/none
same "and not listed any more" "" "$(registry quarantined team/app)"
eventually "it can be pulled again" pull v1
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
registry get pull-policy --repository team/app >again.json
check "what get writes can be set again" registry set pull-policy again.json --repository team/app
check "unset" registry unset pull-policy --repository team/app
exits "a second time there is nothing" 3 registry unset pull-policy --repository team/app
exits "nor anything to release" 3 registry release team/app v1
check "the log names the setting" sh -c '"$0" registry audit --data data --format json | jq -s -e "any(.action == \"PutSetting\" and .why == \"pull-policy\")"' "$PLIMSOLL"
exits "it is not set any more" 3 registry get pull-policy --repository team/app

# What names nothing is refused, with what may be meant.
echo '{"url": "http://127.0.0.1:1/", "actions": ["PutImages"]}' >hook.json
exits "a webhook for what never happens" 3 registry set webhook/ci hook.json
check "is told what happens" grep -q 'did you mean PutImage?' err
echo '{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "ecr:PutImages", "Resource": "*"}}' >rights.json
exits "a policy for what cannot be done" 3 "$PLIMSOLL" user add wrong --policy rights.json --data data
check "is told what can" grep -q 'did you mean ecr:PutImage?' err

# Who may only read the folder sees what there is, while the server writes to it.
if [ "$(id -u)" = 0 ] && unshare --mount true 2>/dev/null; then
    looking() { unshare --mount sh -c 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"' "$work/data" "$@"; }
    check "a folder that may not be written to" looking sh -c '! touch "$0/x" 2>/dev/null' "$work/data"
    same "lists its repositories" team/app "$(looking "$PLIMSOLL" registry list --data "$work/data" | cut -d' ' -f1)"
    check "and its users" looking "$PLIMSOLL" user list --data "$work/data"
    check "and tells what happened" looking "$PLIMSOLL" registry audit --data "$work/data"
    exits "but changes nothing" 3 looking "$PLIMSOLL" user remove admin --data "$work/data"
fi

# The audit log has it all, with who.
registry audit --format json >audit.json
check "push, quarantine and release are there, with who" jq -s -e '
    (map(select(.action == "PutImage" and .repository == "team/app" and .tag == "v1" and (.who | length) > 0)) | length == 1)
    and (map(select(.action == "QuarantineImage" and (.who | startswith("local:")))) | length == 1)
    and (map(select(.action == "ReleaseImage")) | length == 1)' audit.json
same "an export goes on where it ended" 1 "$(registry audit --format json --after "$(tail -n 2 audit.json | head -n 1 | jq .sequence)" | wc -l)"
same "since the day after tomorrow nothing" 0 "$(registry audit --since "$(date -d '2 days' +%F)" | wc -l)"
"$PLIMSOLL" user list --format json --data data >users.json
if python3 -c 'import jsonschema' 2>/dev/null; then
    valid() { python3 -c 'import json, sys, jsonschema
schema = json.load(open(sys.argv[1]))
for line in json.load(sys.stdin): jsonschema.validate(line, schema)' "$here/../../docs/schema/$1.json"; }
    jq -s . audit.json | valid audit && ok "the audit log's JSON is as the schema says" || fail "the audit log's schema"
    jq -s . users.json | valid users && ok "the users' JSON is as the schema says" || fail "the users' schema"
fi
# Backups replace only what can have been one.
echo mine >mine
exits "a file that is no backup" 2 "$PLIMSOLL" backup data mine
same "is left alone" mine "$(cat mine)"
exits "nor the data folder of a server" 2 "$PLIMSOLL" backup data data
exits "nor a folder in it" 2 "$PLIMSOLL" backup data data/sub
check "a backup" "$PLIMSOLL" backup data copy.tar
check "is restored" "$PLIMSOLL" restore copy.tar again
same "for its owner alone" "700 600" "$(stat -c %a again) $(stat -c %a again/registry.db)"
exits "--tls-client-required alone" 2 "$PLIMSOLL" serve --data new --listen 127.0.0.1:0 --tls-client-required
exits "an address that is none" 2 "$PLIMSOLL" serve --data new --listen 127.0.0.1:0 --public-url nonsense
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout one.key -out one.pem -subj /CN=a 2>/dev/null
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -keyout two.key -out two.pem -subj /CN=b 2>/dev/null
exits "another certificate's key" 3 "$PLIMSOLL" serve --data new --listen 127.0.0.1:0 --tls-cert one.pem --tls-key two.key
check "and that is told" grep -q 'two.key is not the key of one.pem' err
check "collect" registry collect
exits "no data folder" 3 "$PLIMSOLL" registry list --data "$work/none"

# Users: nobody is left without an administrator unawares.
same "the bootstrap key's user administers" 1 "$("$PLIMSOLL" user list --data data --format json | jq '[.users[] | select(.rights == "admin")] | length')"
admin=$("$PLIMSOLL" user list --data data --format json | jq -r '.users[] | select(.rights == "admin") | .name')
check "a second administrator" "$PLIMSOLL" user add second --allow admin --no-key --data data
exits "one of two goes in silence" 0 "$PLIMSOLL" user remove second --data data
same "without a word" "" "$(cat err)"
exits "the last one goes" 0 "$PLIMSOLL" user remove "$admin" --data data
check "with a word" grep -q 'no administrator is left' err
