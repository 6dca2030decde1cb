#!/bin/sh
# scan --secrets: what it finds in files, deleted files, large files, the environment and the history; that no value
# of them is ever written, by any report, into the cache, or into an error; the gate, exceptions, the baseline.
. "$(dirname "$0")/lib.sh"
need jq
make_image=$BUILD/tests/tools/make-image
[ -x "$make_image" ] || skip "no make-image in $BUILD"
cd "$work" || exit 1

# In two parts, or every secret scanner would stop at this file.
aws="AKIA""Q7ZK2LMPE4RTXWVD"
password="kR7wq2Zt9""LmXv4pQ8s"
history="hT5nW8xB2c""Vq6RzK3mY"
token="ghp_""zQWBuTSOoRi4A9spHcVY5ncnsDkxkJ0mLq17"
deep="glpat-""x8Kq4aQhYwJpD0b1Zs3T"
values="$aws $password $history $token $deep"

printf 'AWS_ACCESS_KEY_ID=%s\n' "$aws" >env
printf 'token = %s\n' "$token" >token
awk 'BEGIN { for (i = 0; i < 40000; i++) print "a line of a long text, number " i }' >large
printf 'deploy %s\n' "$deep" >>large
awk 'BEGIN { for (i = 0; i < 40000; i++) print "and on it goes, number " i }' >>large
printf '\0\0\0%s\n' "$aws" >binary
cat >spec <<SPEC
image app
config env APP_PASSWORD=$password
config env MODE=production
history ARG DEPLOY_TOKEN=$history
layer COPY . /srv
file srv/app/.env 0644 < $work/env
file srv/token.txt 0644 < $work/token
file srv/large.txt 0644 < $work/large
file srv/binary.dat 0644 < $work/binary
layer RUN rm /srv/token.txt
whiteout srv/token.txt
SPEC
"$make_image" -o app.tar --tag app:v1 spec || fail "make-image"
scan() { "$PLIMSOLL" scan --secrets "$@"; }

# hidden WHAT FILE…: none of the values stands there.
hidden() {
    what=$1
    shift
    for value in $values; do
        if grep -rqaF -- "$value" "$@"; then
            fail "$what: a value is shown"
            return
        fi
    done
    ok "$what shows no value"
}

scan --format json=report.json app.tar >log 2>&1
found() { check "$1" jq -e "[.secrets[] | select($2)] | length == 1" report.json; }
found "a key in a file, with its line" '.id == "aws-access-key-id" and .place == "srv/app/.env" and .line == 1 and .hint == "AKIA************XWVD" and (.deleted | not)'
found "a token in a file that a later layer deletes" '.id == "github-token" and .place == "srv/token.txt" and .deleted'
found "a token deep in a large file" '.id == "gitlab-token" and .line == 40001'
found "a password in the environment" '.in == "environment" and .place == "APP_PASSWORD"'
found "a token in the history" '.in == "history"'
check "nothing else" jq -e '.secrets | length == 5' report.json
check "the history is masked" jq -e '[.image.layers[].created_by] | all(contains("rm /srv") or contains("COPY"))' report.json

for format in table markdown json sarif ecr cyclonedx; do
    scan --format "$format=out.$format" app.tar >"log.$format" 2>&1 || fail "$format"
    hidden "$format" "out.$format" "log.$format"
done
check "table" grep -q 'deleted in a later layer, but still in the image' out.table
check "markdown" grep -q 'AWS access key id' out.markdown
check "sarif" jq -e '[.runs[0].results[] | select(.ruleId == "secrets/github-token")] | length == 1' out.sarif
hidden "the cache" "$PLIMSOLL_CACHE"

"$PLIMSOLL" scan --format json=plain.json app.tar >log 2>&1
check "without --secrets none" jq -e '.secrets == null' plain.json
scan --format json=again.json app.tar >log 2>&1
check "an analysis with them serves who does not ask" \
    sh -c '"$PLIMSOLL" scan app.tar >served 2>&1 && ! grep -q Secrets served'
check "analyses with and without are kept apart" jq -e '.secrets | length == 5' again.json

exits "the gate counts them" 1 scan --fail-on critical app.tar
exits "no gate without --secrets" 0 "$PLIMSOLL" scan --fail-on low app.tar
printf -- '- rule: secrets/*\n  reason: a test of this scanner\n' >all.yaml
exits "an exception for all" 0 scan --fail-on low --exceptions all.yaml app.tar
printf -- '- rule: secrets/aws-access-key-id\n  path: srv/app/*\n  reason: a test of this scanner\n' >one.yaml
scan --exceptions one.yaml --format json=report.json app.tar >log 2>&1
check "an exception by kind and path" jq -e '[.secrets[] | select(.suppressed)] | length == 1' report.json
exits "those of the baseline do not count" 0 scan --fail-on low --baseline again.json app.tar

head -c 30000 app.tar >cut.tar
scan cut.tar >log 2>&1
hidden "a scan that fails" log
rm -rf root && mkdir -p root/srv && cp env root/srv/.env
scan --format json=folder.json root >log 2>&1
check "a folder" jq -e '.secrets | length == 1' folder.json
