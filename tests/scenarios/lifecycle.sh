#!/bin/sh
# plimsoll lifecycle init, put, get, preview against a registry; the guide's example beside ours.
. "$(dirname "$0")/lib.sh"
clients aws python
serve --account 123456789012
cd "$work" || exit 1
aws ecr create-repository --repository-name app >/dev/null || fail "create-repository"
PYTHONPATH=$here python - "$work" <<'EOF' || fail "images cannot be pushed"
import sys
from ecr_test import Test
test = Test("boto3", sys.argv[1])
for i in range(12):
    test.image("app", f"image {i}", f"v{i}")
test.index("app", [test.image("app", "child")], "multi")
test.image("app", "untagged")
EOF

exits "a preview without a policy" 3 "$PLIMSOLL" lifecycle preview app
check "says how one is tried" grep -q 'plimsoll lifecycle init | plimsoll lifecycle preview app --policy -' err
exits "init writes a policy" 0 "$PLIMSOLL" lifecycle init --keep 10 --older-than 90
cp out policy.json
check "which is one" python -c 'import json
rules = json.load(open("policy.json"))["rules"]
assert [r["selection"]["countNumber"] for r in rules] == [10, 90], rules'
exits "put" 0 "$PLIMSOLL" lifecycle put app policy.json --endpoint-url "$url" --region us-east-1
same "as the aws CLI sees it" "$(cat policy.json)" \
    "$(aws ecr get-lifecycle-policy --repository-name app --query lifecyclePolicyText --output text)"
exits "get" 0 "$PLIMSOLL" lifecycle get app
check "gives it back" cmp out policy.json
exits "preview" 0 "$PLIMSOLL" lifecycle preview app
same "of every image" "15 images: 3 expire, 0 are archived, 12 stay" "$(grep ' images: ' out)"
check "says which rule" grep -q 'rule 1 (Keep the last 10 tagged images) expires it: it is not among the newest 10' out
check "and why others stay" grep -q 'rule 2 (Expire untagged images older than 90 days) leaves it' out
aws ecr start-lifecycle-policy-preview --repository-name app >/dev/null
aws ecr get-lifecycle-policy-preview --repository-name app --query 'previewResults[].imageDigest' --output text |
    tr '\t' '\n' | sort >theirs
"$PLIMSOLL" lifecycle preview app --format json >preview.json
jq -r '.images[] | select(.verdict == "expire").digest' preview.json | sort >ours
check "the registry's own preview says the same" cmp ours theirs
if python3 -c 'import jsonschema' 2>/dev/null; then
    check "its JSON is as the schema says" python3 -c 'import json, sys, jsonschema
jsonschema.validate(json.load(open("preview.json")), json.load(open(sys.argv[1])))' "$here/../../docs/schema/lifecycle-preview.json"
fi
"$PLIMSOLL" lifecycle preview app --data "$work/data" --format json >local.json
check "and so does the data folder" cmp preview.json local.json

# The guide's example: its comment says "keep last 10 images, older than 90 days".
cat >guide.json <<'EOF'
{"rules": [{"rulePriority": 1, "description": "Keep last 10 images",
  "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10}, "action": {"type": "expire"}}]}
EOF
exits "another policy is tried" 0 "$PLIMSOLL" lifecycle preview app --policy guide.json
check "of which the second half is missing, and the preview says so" grep -q '^note: no rule looks at age' out
check "and that its ten are not ten multi-platform images" sh -c "tr -s '\\n ' ' ' <out | grep -q 'each of its platforms are images of their own'"
"$PLIMSOLL" lifecycle preview app --policy guide.json --format json | jq -r .note >theirs
"$PLIMSOLL" lifecycle preview app --policy guide.json --format json --data "$work/data" | jq -r .note >ours
check "from the data folder, too" cmp ours theirs
exits "by the policy of init there is nothing to add" 0 "$PLIMSOLL" lifecycle preview app --policy policy.json
check "for it counts tagged images alone, and looks at age" sh -c '! grep -q ^note: out'

printf '{"rules": []}' >broken.json
exits "what is no policy is not sent" 3 "$PLIMSOLL" lifecycle put app broken.json
exits "a repository that is not there" 3 "$PLIMSOLL" lifecycle put none policy.json
check "is told in ECR's words" grep -q "RepositoryNotFoundException: The repository with name 'none' does not exist" err
exits "no policy" 3 "$PLIMSOLL" lifecycle preview app --policy missing.json
exits "a wrong secret" 3 env AWS_SECRET_ACCESS_KEY=wrong "$PLIMSOLL" lifecycle get app
check "is told in ECR's words, too" grep -q "InvalidSignatureException" err
exits "no credentials" 3 env -u AWS_ACCESS_KEY_ID "$PLIMSOLL" lifecycle get app
printf '[default]\nregion = us-east-1\n[profile other]\nregion = us-east-1\n' >config
printf '[other]\naws_access_key_id = %s\naws_secret_access_key = %s\n' "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" >credentials
exits "credentials of a profile" 0 env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY -u AWS_DEFAULT_REGION AWS_PROFILE=other \
    AWS_CONFIG_FILE=config AWS_SHARED_CREDENTIALS_FILE=credentials "$PLIMSOLL" lifecycle get app
exits "no region" 2 env -u AWS_DEFAULT_REGION "$PLIMSOLL" lifecycle get app
