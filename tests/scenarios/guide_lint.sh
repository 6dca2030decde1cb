#!/bin/sh
# The page that the first users follow by hand: what its own snippets get wrong is told, and its headers do what it says.
. "$(dirname "$0")/lib.sh"
need jq
need python3
guide=$PLIMSOLL_SHARED/reference/image-security-guide.md
[ -f "$guide" ] || skip "no guide in $PLIMSOLL_SHARED"
cd "$work" || exit 1
# The day counts: end-of-life dates of base images are facts of the rules.
export PLIMSOLL_OFFLINE=1 SOURCE_DATE_EPOCH=1795000000

# Its code blocks, each with its indentation taken away: dockerfile-1, dockerfile-2, … nginx-1, plain-1, …
python3 - "$guide" <<'PYTHON'
import re, sys, textwrap
counts = {}
for kind, body in re.findall(r"^ *```(\w*)\n(.*?)^ *```", open(sys.argv[1]).read(), re.M | re.S):
    kind = kind or "plain"
    counts[kind] = counts.get(kind, 0) + 1
    open(f"{kind}-{counts[kind]}", "w").write(textwrap.dedent(body))
PYTHON
same "the page has the snippets this test knows" 5 "$(ls dockerfile-* | wc -l | tr -d ' ')"

# rules FILE KIND [OPTIONS]: names of what is found, a blank-separated line.
rules() {
    "$PLIMSOLL" lint "$1" --as "$2" --format json --fail-on none ${3+"$3" "$4"} >found.json 2>err || sed 's/^/    /' err
    jq -r '[.findings[] | select(.suppressed | not) | .rule] | unique | join(" ")' found.json
}
has() { # WHAT FILE KIND RULE
    case " $(rules "$2" "$3") " in
    *" $4 "*) ok "$1" ;;
    *) fail "$1: $(rules "$2" "$3")" ;;
    esac
}
hasnt() {
    case " $(rules "$2" "$3") " in
    *" $4 "*) fail "$1: $(rules "$2" "$3")" ;;
    *) ok "$1" ;;
    esac
}

cp dockerfile-1 first.Dockerfile
hasnt "a pinned base is pinned" first.Dockerfile dockerfile pin-base-image
hasnt "and does not move" first.Dockerfile dockerfile moving-base-tag
{ echo 'FROM nginx:1.29.4-alpine'; cat dockerfile-2; } >user.Dockerfile
has "gid 101 is nginx's already" user.Dockerfile dockerfile account-id-taken
has "a fragment without FROM is linted all the same" dockerfile-2 dockerfile from-first
{ echo 'FROM alpine:3.20'; cat dockerfile-3; } >layers.Dockerfile
has "several RUNs" layers.Dockerfile dockerfile merge-runs
has "what is removed in a later layer" layers.Dockerfile dockerfile removed-in-later-layer
has "apk without --no-cache" layers.Dockerfile dockerfile apk-no-cache
sed -n '/# Good/,/apk del/p' dockerfile-3 | sed '1i FROM alpine:3.20' | sed '/^# Avoid/,$d' >good.Dockerfile
hasnt "the good form is good" good.Dockerfile dockerfile removed-in-later-layer
has "a comment behind an instruction" dockerfile-4 dockerfile trailing-comment
has "latest" dockerfile-4 dockerfile pin-base-image
has "an alpine tag without a version" dockerfile-4 dockerfile moving-base-tag
has "npm ci without the lock file" dockerfile-5 dockerfile npm-ci-lock-file
has "a builder that builds nothing" dockerfile-5 dockerfile nothing-built
has "node:18 is past its end" dockerfile-5 dockerfile base-end-of-life

grep -l 'http-response set-header' plain-* | head -1 | xargs -I{} cp {} haproxy.snippet
cp nginx-1 nginx.snippet
for profile in classic owasp; do
    for kind in haproxy nginx; do
        found=" $(rules $kind.snippet $kind --headers $profile) "
        check "$kind, $profile: the snippet is read" jq -e '.files | length == 1' found.json
        for header in x-content-type-options x-frame-options; do
            case $found in
            *" missing-$header "*) fail "$kind, $profile: the snippet's $header is not seen" ;;
            *) ok "$kind, $profile: the snippet's $header is seen" ;;
            esac
        done
    done
done
case " $(rules haproxy.snippet haproxy --headers classic) " in
*" header-not-on-own-answers "*) ok "http-response misses what HAProxy answers itself" ;;
*) fail "http-response misses what HAProxy answers itself" ;;
esac

# As a team has it that follows the page by hand, and as plimsoll wants it.
example=$here/../../examples/react-app
exits "by hand: findings" 1 "$PLIMSOLL" lint "$example/by-hand"
exits "the example lints clean" 0 "$PLIMSOLL" lint "$example/docker" --fail-on info
cp -r "$example/by-hand" mended
"$PLIMSOLL" lint mended --fix >log 2>&1
"$PLIMSOLL" lint mended --fix --dry-run >again 2>&1
check "what was mended is mended for good" sh -c '! grep -q "^[-+]" again'
exits "and parses" 0 "$PLIMSOLL" dockerfile parse mended/Dockerfile.haproxy
