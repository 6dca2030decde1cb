#!/bin/sh
# Wrong requests by the thousand, under a seed: each operation of ECR's model, of STS's and of IAM's, with members of
# wrong types, missing, null, huge, nested. An answer is what the model says, or one of its errors: never a 500, never a
# success that the input does not allow, never silence. PLIMSOLL_SEED and PLIMSOLL_ROUNDS (requests an operation) replay.
. "$(dirname "$0")/lib.sh"
clients python
serve --account 123456789012
python "$here/api_fuzz.py" || fail "ended early"
kill -TERM "$pid"
wait "$pid"
same "the server ends in order" 0 $?
same "nothing that a sanitizer or an assertion says" "" "$(grep -E 'Sanitizer|runtime error|Assertion' "$work/serve.err" "$work/serve.out")"
