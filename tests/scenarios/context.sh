#!/bin/sh
# What lint says of the files around a Dockerfile: git's, with a real repository, and nothing of a repository is run.
. "$(dirname "$0")/lib.sh"
need git
need jq
cd "$work" || exit 1
export HOME="$work" GIT_CONFIG_NOSYSTEM=1
git init -q app 2>/dev/null
git -C app config user.email someone@example.com
git -C app config user.name Someone
mkdir -p app/certs app/docker
printf 'FROM alpine:3.22\nCOPY src /srv\n' >app/Dockerfile
printf -- '-----BEGIN PRIVATE KEY-----\nnone\n-----END PRIVATE KEY-----\n' >app/certs/server.pem
printf 'TOKEN=abc\n' >app/.env
printf 'TOKEN=\n' >app/.env.example
printf 'x\n' >app/id_rsa
git -C app add -A
git -C app commit -qm first
git -C app rm -q --cached .env
git -C app rm -q id_rsa
git -C app commit -qm second
removed=$(git -C app rev-parse --short HEAD)

# Programs that a repository names must not start.
printf '#!/bin/sh\ntouch "%s/ran"\n' "$work" >evil
chmod +x evil
git -C app config core.fsmonitor "$work/evil"
git -C app config core.pager "$work/evil"
git -C app config diff.external "$work/evil"
git -C app config gpg.program "$work/evil"
git -C app config log.showSignature true
mkdir -p app/.git/hooks
cp evil app/.git/hooks/post-index-change

found() { jq -e --arg rule "$1" --arg file "$2" '[.findings[] | select(.rule == $rule and .file == $file)] | length == 1' report.json; }
"$PLIMSOLL" lint --offline --format json app >report.json 2>log
check "a tracked key is told" found secret-in-git app/certs/server.pem
check "a removed file is told" found secret-in-git-history app/.env
check "a removed key is told" found secret-in-git-history app/id_rsa
check "with the commit" jq -e --arg commit "$removed" '.findings[] | select(.file == "app/id_rsa") | .message | contains($commit)' report.json
check "an example is not told" jq -e '[.findings[] | select(.file == "app/.env.example")] == []' report.json
check "nothing of the repository ran" [ ! -e ran ]
(cd app && "$PLIMSOLL" lint --offline --format json --no-context . >../report.json 2>../log)
check "--no-context looks at nothing" jq -e '[.findings[] | select(.rule | startswith("secret-in-git"))] == []' report.json
(cd app/docker && cp ../Dockerfile . && "$PLIMSOLL" lint --offline --format json . >../../report.json 2>../../log)
check "a folder below tells its own only" jq -e '[.findings[] | select(.rule | startswith("secret-in-git"))] == []' report.json

# A repository that git cannot read is a note.
mkdir -p broken/.git
printf 'FROM alpine:3.22\nCOPY src /srv\n' >broken/Dockerfile
"$PLIMSOLL" lint --offline --format json broken >report.json 2>log
check "a broken repository is noted" jq -e '[.notes[] | select(.text | contains("git"))] | length > 0' report.json
