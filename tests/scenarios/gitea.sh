#!/bin/sh
# plimsoll update --pr and --issue on a real Gitea: pull requests opened, moved, closed, merged there, grouped, left to
# others; and what Gitea refuses. SOAK=1; gitea_world.sh starts it.
. "$(dirname "$0")/lib.sh"
. "$here/gitea_world.sh"
hub_start
tags haproxy 3.3.1-alpine 3.3.2-alpine
tags nginx 1.29.4-alpine 1.29.5-alpine
gitea_start
GITEA_TOKEN=$(token all write:repository write:issue)
export GITEA_TOKEN PLIMSOLL_FORGE=gitea

update() { "$PLIMSOLL" update --no-brings "$@"; }
rows() { jq -r '.pulls[] | "\(.action) \(.number // "-") \(.branch)"' "$work/out" | sort | paste -sd'|'; }
pull() { api GET "/repos/ada/web/pulls/$1" | jq -r "$2"; }
open() { api GET "/repos/ada/web/pulls?state=open" | jq -r '[.[].number] | sort | join(" ")'; }
changed() { api GET "/repos/ada/web/pulls/$1.diff" | grep '^+[^+]'; }
said() { check "$1" grep -q -- "$2" "$work/err" "$work/out"; }
tip() { git ls-remote -q origin "refs/heads/$1" | cut -f1; }
commit() { git add -A && git commit -qm "$1" && push main; }
get_main() { git fetch -q origin main && git reset -q --hard FETCH_HEAD; }

curl -s "$site/swagger.v1.json" >"$work/swagger.json"
check "the stand-in (forge_api.py) says of it what it says of itself" python3 "$here/gitea_swagger.py" "$work/swagger.json"

# ---- the example of this repository ----
gitea_repository web
cp -r "$here/../../examples/react-app/docker" "$here/../../examples/react-app/src" .
commit first
exits "--pr --dry-run" 0 update --pr --dry-run
check "says what would be opened" grep -q '^would open  *Update haproxy from 3.3.1-alpine to 3.3.2-alpine' "$work/out"
same "and opens nothing" "" "$(open)$(tip plimsoll/haproxy-3.3)"
exits "--pr" 0 update --pr --format json
same "two are opened" "opened 1 plimsoll/haproxy-3.3|opened 2 plimsoll/nginx-1.29" "$(rows)"
same "with their address" "$site/ada/web/pulls/1" "$(jq -r '.pulls[0].url' "$work/out")"
same "from the branch into main, as ada" "plimsoll/haproxy-3.3 main ada Update haproxy from 3.3.1-alpine to 3.3.2-alpine" \
    "$(pull 1 '"\(.head.ref) \(.base.ref) \(.user.login) \(.title)"')"
same "one line is another" "+FROM haproxy:3.3.2-alpine" "$(changed 1)"
same "the working tree is as it was" "" "$(git status --porcelain)"
before=$(pull 1 .updated_at)$(tip plimsoll/haproxy-3.3)
sleep 1 # its times are whole seconds
exits "again" 0 update --pr --format json
same "nothing is doubled" "unchanged 1 plimsoll/haproxy-3.3|unchanged 2 plimsoll/nginx-1.29" "$(rows)"
same "nor touched" "1 2 $before" "$(open) $(pull 1 .updated_at)$(tip plimsoll/haproxy-3.3)"
tags haproxy 3.3.1-alpine 3.3.2-alpine 3.3.7-alpine
exits "a newer tag" 0 update --pr --format json
same "moves the one" "unchanged 2 plimsoll/nginx-1.29|updated 1 plimsoll/haproxy-3.3" "$(rows)"
same "title, text, branch" "Update haproxy from 3.3.1-alpine to 3.3.7-alpine true 1 +FROM haproxy:3.3.7-alpine" \
    "$(pull 1 '"\(.title) \(.body | contains("3.3.7-alpine"))"') $(api GET /repos/ada/web/pulls/1/commits | jq length) $(changed 1)"

# ---- merged there: by a merge, a squash; the branch is kept, and is used again ----
for style in merge squash; do
    number=$(api GET "/repos/ada/web/pulls?state=open" | jq '.[] | select(.head.ref == "plimsoll/haproxy-3.3").number')
    for _ in $(seq 600); do
        [ "$(pull "$number" .mergeable)" = true ] && break
        sleep 0.2
    done
    api POST "/repos/ada/web/pulls/$number/merge" "{\"Do\": \"$style\"}" >"$work/merged"
    same "$style: it is merged" true "$(pull "$number" .merged)"
    get_main
    exits "$style: after it" 0 update --pr --format json
    same "$style: nothing is done for it" "unchanged 2 plimsoll/nginx-1.29" "$(rows)"
    [ $style = merge ] && next=3.3.8-alpine || next=3.3.9-alpine
    tags haproxy 3.3.7-alpine $next
    exits "$style: a newer tag" 0 update --pr --format json
    check "$style: opens another on the branch that was left" \
        jq -e '.pulls[] | select(.action == "opened" and .branch == "plimsoll/haproxy-3.3")' "$work/out"
    number=$(jq '.pulls[] | select(.action == "opened").number' "$work/out")
    same "$style: with just that" "+FROM haproxy:$next" "$(changed "$number")"
done
# Merged by hand, without the forge.
sed -i "s/haproxy:3.3.8-alpine/haproxy:3.3.9-alpine/" docker/Dockerfile.haproxy
commit "by hand"
exits "main has it by hand: a run over a folder" 0 update --pr --format json docker
same "closes nothing" "2 $number" "$(open)"
git reset -q --hard HEAD~1
exits "a run in a clone that does not know it yet" 0 update --pr --format json docker
same "closes it" "closed $number plimsoll/haproxy-3.3|unchanged 2 plimsoll/nginx-1.29" "$(rows)"
get_main
same "its branch is gone" "" "$(tip plimsoll/haproxy-3.3)"
same "with a comment" "Closed by plimsoll: the base branch has it already." \
    "$(api GET "/repos/ada/web/issues/$number/comments" | jq -r '.[].body')"

# ---- others ----
tags node 20.1.0-slim 20.2.0-slim
mkdir tool && printf 'FROM node:20.1.0-slim\n' >tool/Dockerfile
commit "a tool"
git checkout -q -b renovate/node-20.x && sed -i s/20.1/20.2/ tool/Dockerfile && git commit -qam 'Update node Docker tag to v20.2.0' &&
    push renovate/node-20.x
git checkout -q main
api POST /repos/ada/web/pulls '{"head": "renovate/node-20.x", "base": "main", "title": "Update node Docker tag to v20.2.0"}' >"$work/made.json"
renovate=$(jq .number "$work/made.json")
exits "Renovate has one open" 0 update --pr --format json
same "it is left to it" "left $renovate renovate/node-20.x|unchanged 2 plimsoll/nginx-1.29" "$(rows)"
api PATCH "/repos/ada/web/pulls/$renovate" '{"state": "closed"}' >/dev/null
exits "once that is closed" 0 update --pr --format json
check "it is opened" jq -e '.pulls[] | select(.action == "opened" and .branch == "plimsoll/node-20.1")' "$work/out"
git fetch -q origin plimsoll/node-20.1 && git checkout -q FETCH_HEAD && git commit -q --allow-empty -m mine &&
    push HEAD:plimsoll/node-20.1
git checkout -q main
before=$(tip plimsoll/node-20.1)
tags node 20.1.0-slim 20.2.0-slim 20.3.0-slim
exits "somebody else's commit on the branch" 0 update --pr --format json
same "is left alone" "left $before" \
    "$(jq -r '.pulls[] | select(.branch == "plimsoll/node-20.1").action' "$work/out") $(tip plimsoll/node-20.1)"
# A stranger's fork: a branch of our name and one of Renovate's do not hold ours.
api PATCH /repos/ada/web '{"private": false}' >/dev/null
as=mallory api POST /repos/ada/web/forks '{}' >/dev/null
for _ in $(seq 600); do
    as=mallory api GET /repos/mallory/web/branches/main | jq -e .commit >/dev/null && break
    sleep 0.2
done
tags memcached 1.6.38 1.6.39
mkdir cache && printf 'FROM memcached:1.6.38\n' >cache/Dockerfile
commit "a cache"
for branch in plimsoll/memcached-1.6 renovate/memcached-1.x; do
    as=mallory api POST /repos/mallory/web/contents/new."$(basename $branch)" \
        "{\"content\": \"eA==\", \"message\": \"x\", \"branch\": \"main\", \"new_branch\": \"$branch\"}" >/dev/null
    as=mallory api POST /repos/ada/web/pulls \
        "{\"head\": \"mallory:$branch\", \"base\": \"main\", \"title\": \"Update memcached Docker tag to v1.6.39\"}" >"$work/made.json"
    check "a stranger's pull request from $branch" jq -e .number "$work/made.json"
done
exits "with two of a stranger's fork" 0 update --pr --format json cache
same "ours is opened" "opened plimsoll/memcached-1.6" "$(jq -r '.pulls[] | .action + " " + .branch' "$work/out")"
as=mallory api DELETE /repos/mallory/web
exits "when the fork is gone" 0 update --pr --format json cache
same "they count for nothing still" "unchanged plimsoll/memcached-1.6" "$(jq -r '.pulls[] | .action + " " + .branch' "$work/out")"

# ---- grouped; more than a page; two at once ----
exits "grouped" 0 update --pr --group --format json
check "is one for all" jq -e '.pulls[] | select(.action == "opened" and .branch == "plimsoll/updates")' "$work/out"
same "the single ones are closed" "closed 2" "$(rows | tr '|' '\n' | grep nginx | cut -d' ' -f1,2)"
same "but the one with another's commit stays" "left $before" \
    "$(rows | tr '|' '\n' | grep node | cut -d' ' -f1) $(tip plimsoll/node-20.1)"
group=$(jq '.pulls[] | select(.action == "opened").number' "$work/out")
same "with each line" "+FROM memcached:1.6.39 +FROM nginx:1.29.5-alpine +FROM node:20.3.0-slim" "$(changed "$group" | sort | paste -sd' ')"
for number in $(seq 16); do
    api POST "/repos/ada/web/contents/feature-$number" \
        "{\"content\": \"eA==\", \"message\": \"x\", \"branch\": \"main\", \"new_branch\": \"feature/$number\"}" >/dev/null
    api POST /repos/ada/web/pulls "{\"head\": \"feature/$number\", \"base\": \"main\", \"title\": \"Feature $number\"}" >/dev/null
done
exits "over many pages" 0 update --pr --group --format json
same "it is found" "unchanged $group plimsoll/updates" "$(rows | tr '|' '\n' | grep updates)"
tags nginx 1.29.4-alpine 1.29.6-alpine
update --pr --format json docker >"$work/a" 2>&1 &
one=$!
update --pr --format json docker >"$work/b" 2>&1
wait $one
same "two at once open nothing twice" 1 \
    "$(api GET "/repos/ada/web/pulls?state=open&limit=7" | jq '[.[] | select(.head.ref == "plimsoll/nginx-1.29")] | length')"
