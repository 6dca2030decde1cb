#!/bin/sh
# lifecycle evaluate against a second engine (tests/oracle/lifecycle_model.py), policies that are no policies, hostile
# questions, and a live repository on which evaluate, the previews and expiry have to agree.
. "$(dirname "$0")/lib.sh"
need python3
oracle=$here/../oracle
export PYTHONDONTWRITEBYTECODE=1
check "1500 random questions are answered as the model answers them" \
    python3 "$oracle/lifecycle_compare.py" "$PLIMSOLL" --seed 20261124 --count 1500
check "each rule of the grammar is held, and not more than that" python3 "$oracle/lifecycle_policies.py" "$PLIMSOLL"

cd "$work" || exit 1
# refused WHAT WORDS: the question in $work/question ends with 3, with these words and no answer.
refused() {
    exits "$1" 3 sh -c "\"\$0\" lifecycle evaluate <question" "$PLIMSOLL"
    check "and says so" grep -q -- "$2" err
    check "and nothing else" test ! -s out
}
policy='{"rules":[{"rulePriority":1,"selection":{"tagStatus":"any","countType":"imageCountMoreThan","countNumber":1},"action":{"type":"expire"}}]}'
images() { printf '{"now":1795000000,"policy":%s,"images":%s}' "$policy" "$1" >question; }
: >question && refused "nothing" "line 1"
printf '{"now":1}' >question && refused "no policy" 'a policy is an object with a list "rules"'
python3 -c 'print("[" * 1000000)' >question && refused "depth" "nested deeper than"
images '[{"digest":"a","digest":"b"}]' && refused "a key twice" "duplicate object key"
images '[{"digest":"a"},{"digest":"b"},{"digest":"a"}]' && refused "an image twice" 'image 3: the digest "a" stood before'
images '[{"digest":"a","pushedAt":99999999999999999999}]' && refused "a huge whole number" "too big integer"
images '[{"digest":"a","pushedAt":1e400}]' && refused "a huge number" "real number overflow"
images '[{"digest":"a","pushedAt":1e300}]' && refused "a time of no world" "image 1: pushedAt is out of range"
images '[{"digest":"a","pushedAt":"2026-11-24"}]' && refused "a date for a time" "pushedAt must be a time in seconds since 1970"
images "[{\"digest\":\"$(printf '\377\376')\"}]" && refused "no UTF-8" "unable to decode byte 0xff"
{ images '[{"digest":"a' && printf '\0"}]}' >>question; } && refused "NUL" "control character 0x0"
images '[{"digest":"a","kind":"artifact","subject":5}]' && refused "a number for a subject" "subject must be a text"
images '[{"digest":"a"}]}' && refused "something behind the end" "end of file expected"

# 100,000 images in a chain, each about (or named by) the one before it, within 1 GiB.
python3 - <<'END' >question
import json
chain = [{"digest": f"sha256:{i:064x}", "tags": [], "pushedAt": 0, "kind": "artifact" if i % 2 else "index",
          "subject": f"sha256:{i - 1:064x}", "children": [f"sha256:{i + 1:064x}"]} for i in range(100000)]
rule = {"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "sinceImagePushed", "countUnit": "days", "countNumber": 1},
        "action": {"type": "expire"}}
print(json.dumps({"now": 1795000000, "policy": {"rules": [rule]}, "images": chain[::-1]}))
END
if [ -z "$(nm -D "$PLIMSOLL" 2>/dev/null | grep __asan)" ]; then # which reserves terabytes of addresses
    exits "100,000 images in 1 GiB" 0 sh -c 'ulimit -v 1048576; "$0" lifecycle evaluate <question' "$PLIMSOLL"
    same "all of them go" 100000 "$(grep -c '"expire"' out)"
fi

clients aws python
serve --account 123456789012 --lifecycle-every 1
aws ecr create-repository --repository-name app >/dev/null || fail "create-repository"
PYTHONPATH=$here:$oracle python "$here/lifecycle_live.py" "$work" "$PLIMSOLL" "$work/data" || fail "lifecycle_live.py"
