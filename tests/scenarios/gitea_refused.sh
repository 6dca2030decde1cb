#!/bin/sh
# What a real Gitea refuses of update --pr and --issue, and what is then said: tokens, repositories, protected branches;
# and its issues. SOAK=1; gitea_world.sh starts it, below a path.
. "$(dirname "$0")/lib.sh"
. "$here/gitea_world.sh"
hub_start
tags haproxy 3.3.1-alpine 3.3.2-alpine
gitea_path=/git
gitea_start
all=$(token all write:repository write:issue)
export PLIMSOLL_FORGE=gitea

update() { GITEA_TOKEN=${use:-$all} "$PLIMSOLL" update --no-brings "$@"; }
said() {
    check "$1" grep -q -- "$2" "$work/err" "$work/out"
    [ -z "${SHOW:-}" ] || sed 's/^/    /' "$work/err" "$work/out"
}
rows() { jq -r '.pulls[] | "\(.action) \(.branch)"' "$work/out" | sort | paste -sd'|'; }
secret() { check "$1" sh -c "! grep -q $use '$work/out' '$work/err'"; }
tip() { git ls-remote -q origin "refs/heads/$1" | cut -f1; }
repository() {
    gitea_repository "$1"
    printf 'FROM haproxy:3.3.1-alpine\n' >Dockerfile
    git add . && git commit -qm first && push main
}

# ---- tokens ----
repository web
use=0123456789abcdef0123456789abcdef01234567
exits "a token that it does not know" 3 update --pr
said "is said" 'token'
secret "and not shown"
use=$(token read read:repository read:issue)
exits "a token that may only read" 3 update --pr
said "is said, with what it needs" 'write:repository'
secret "and not shown"
same "nothing was pushed" "" "$(tip plimsoll/haproxy-3.3)"
exits "it will do for a dry run" 0 update --pr --dry-run
use=$(token issues write:issue)
exits "a token for issues only" 3 update --pr
said "is said, with what it needs" 'write:repository'
use=$(token repository write:repository)
exits "a token without issues" 0 update --pr --format json
same "opens pull requests" "opened plimsoll/haproxy-3.3" "$(rows)"
printf 'FROM haproxy:3.3.2-alpine\n' >Dockerfile
git commit -qam "by hand" && push main
exits "it cannot comment" 3 update --pr --format json
same "so it closes nothing" "failed plimsoll/haproxy-3.3 true" "$(rows) $([ -n "$(tip plimsoll/haproxy-3.3)" ] && echo true)"
said "and says which it needs" 'write:issue'
use=
exits "one with it" 0 update --pr --format json
same "closes it" "closed plimsoll/haproxy-3.3" "$(rows)"

# ---- repositories ----
git remote set-url origin "$site/ada/nothing.git"
exits "no such repository" 3 update --pr
said "is said" 'ada/nothing'
git remote set-url origin "$site/ada/web.git"
repository secret
use=$(as=bob && api POST /users/bob/tokens '{"name": "all", "scopes": ["write:repository", "write:issue"]}' | jq -r .sha1)
exits "a repository that the token may not see" 3 update --pr
said "is said" 'ada/secret'
api PUT /repos/ada/secret/collaborators/bob '{"permission": "read"}'
exits "one that its owner may only read" 3 update --pr
said "is said" 'may not\|takes no push\|refused'
use=
api PATCH /repos/ada/secret '{"name": "renamed"}' >/dev/null
exits "one that has another name now" 3 update --pr
said "is said" 'ada/renamed\|moved\|renamed'
git remote set-url origin "$site/ada/renamed.git"
api PATCH /repos/ada/renamed '{"has_pull_requests": false}' >/dev/null
exits "one without pull requests" 3 update --pr
said "is said" 'pull requests'
api PATCH /repos/ada/renamed '{"has_pull_requests": true, "archived": true}' >/dev/null
exits "one that is archived" 3 update --pr
said "is said" 'archived'
gitea_repository empty
printf 'FROM haproxy:3.3.1-alpine\n' >Dockerfile
git add . && git commit -qm first
exits "an empty one" 3 update --pr
said "is said" 'is it empty'

# ---- protected branches ----
repository guarded
api POST /repos/ada/guarded/branch_protections \
    '{"rule_name": "plimsoll/**", "enable_push": false}' | jq -e .rule_name >/dev/null || fail "no protection"
exits "a protected branch" 3 update --pr --format json
same "takes no push" "failed plimsoll/haproxy-3.3" "$(rows)"
said "and that is said" 'protected'
api DELETE '/repos/ada/guarded/branch_protections/plimsoll%2F%2A%2A'
api POST /repos/ada/guarded/branch_protections '{"rule_name": "main", "enable_push": false}' >/dev/null
exits "a protected main" 0 update --pr --format json
same "is only read" "opened plimsoll/haproxy-3.3" "$(rows)"
api POST /repos/ada/guarded/branch_protections \
    '{"rule_name": "plimsoll/**", "enable_push": true, "enable_force_push": false}' >/dev/null
tags haproxy 3.3.1-alpine 3.3.3-alpine
exits "a branch that may not be moved back" 3 update --pr --format json
same "stays" "failed plimsoll/haproxy-3.3" "$(rows)"
said "and that is said" 'protected'

# ---- issues ----
make=$BUILD/tests/tools/make-image
[ -x "$make" ] || skip "make-image is not built"
need skopeo
cd "$work" || exit 1
mkdir -p mirror/debian
cat >mirror/debian/tracker.json <<'JSON'
{"tar": {
  "CVE-2026-1001": {"description": "one|with \u0060bars\u0060", "releases": {"bookworm": {"status": "open", "urgency": "high", "repositories": {"bookworm": "1.34"}}}},
  "CVE-2026-1002": {"description": "fixed", "releases": {"bookworm": {"status": "resolved", "urgency": "high", "fixed_version": "1.35", "repositories": {"bookworm": "1.34"}}}}}}
JSON
"$PLIMSOLL" db update --quiet --mirror mirror --only debian >db.out 2>&1 || { fail "db update"; cat db.out; }
printf '{"default": [{"type": "insecureAcceptAnything"}]}\n' >policy.json
printf 'image base:1.0\nconfig architecture amd64\nlayer ADD base\ntext etc/os-release ID=debian\\nVERSION_ID="12"\\nVERSION_CODENAME=bookworm\\n\ntext var/lib/dpkg/status Package: tar\\nStatus: install ok installed\\nVersion: 1.34+dfsg-1\\nArchitecture: amd64\\n\\n\n' >base.spec
"$make" --format oci -o base base.spec
serve
mkdir -p docker-config
printf '{"auths": {"127.0.0.1:%s": {"auth": "%s"}}}\n' "$port" \
    "$(printf %s "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" | base64 -w0)" >docker-config/config.json
export DOCKER_CONFIG="$work/docker-config" REGISTRY_AUTH_FILE="$work/docker-config/config.json"
skopeo --policy policy.json copy -q --dest-tls-verify=false oci:base "docker://127.0.0.1:$port/base:1.0" >skopeo.out 2>&1 ||
    { fail "push"; cat skopeo.out; }
gitea_repository issues
printf 'FROM 127.0.0.1:%s/base:1.0\n' "$port" >Dockerfile
git add . && git commit -qm first && push main
title="Findings without a fix in 127.0.0.1-$port/base-1.0"
items() { jq -r '.issues[] | .action' "$work/out" | paste -sd'|'; }
issues() { api GET "/repos/ada/issues/issues?type=issues&state=$1" | jq -r '[.[].number] | sort | join(" ")'; }
as=ada api POST /repos/ada/issues/issues "$(jq -n --arg title "$title" '{title: $title, body: "by a person"}')" >/dev/null
for number in $(seq 9); do
    api POST /repos/ada/issues/issues "{\"title\": \"Something $number\"}" >/dev/null
done
exits "--issue" 0 update --issue --issue-severity high --format json
same "is opened; a person's of that title is not touched" "opened by a person" \
    "$(items) $(api GET /repos/ada/issues/issues/1 | jq -r .body)"
check "with a table" sh -c "curl -s -u ada:$password $site/api/v1/repos/ada/issues/issues/11 | jq -r .body | grep -q '^| .*CVE-2026-1001.*tar.*1.34+dfsg-1'"
exits "again, over two pages" 0 update --issue --issue-severity high --format json
same "nothing is doubled" "unchanged 11" "$(items) $(api GET /repos/ada/issues | jq .open_issues_count)"
exits "when none is worth one" 0 update --issue --issue-severity unknown --format json
same "it is closed, with a comment" "closed 11 Closed by plimsoll: no finding without a fix is left." \
    "$(items) $(issues closed) $(api GET /repos/ada/issues/issues/11/comments | jq -r '.[].body')"
api PATCH /repos/ada/issues '{"has_issues": false}' >/dev/null
exits "where issues are turned off" 3 update --issue --issue-severity high --format json
said "it is said" 'issues'
api PATCH /repos/ada/issues '{"has_issues": true}' >/dev/null
use=$(token without write:repository)
exits "a token without issues" 3 update --issue --issue-severity high --format json
said "is said, with what it needs" 'write:issue'
