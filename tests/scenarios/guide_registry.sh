#!/bin/sh
# The guide's commands for its registry, as they stand on its page: aws ecr, docker, jq, the audit script, its registry
# name included. In a network and a mount namespace of its own 123456789.dkr.ecr.us-east-1.amazonaws.com leads to
# loopback, where `plimsoll serve` has port 443. There is no docker engine here: `docker` is podman, by a script.
. "$(dirname "$0")/lib.sh"
need podman
need openssl
need jq
guide=$PLIMSOLL_SHARED/reference/image-security-guide.md
[ -r "$guide" ] || skip "the guide is not here ($guide)"
clients aws python
. "$here/guide_world.sh"

# The two bases under the names that the Dockerfiles have.
for base in haproxy:3.3.1-alpine nginx:1.29.4-alpine; do
    world_base $base 1.1.1s-r0 && docker load -q -i base.tar >/dev/null 2>load.log ||
        { sed 's/^/    /' load.log; skip "podman cannot load an image here"; }
done
cp -r "$here/../../examples/react-app" app
cd app || exit 1

# run TITLE HEADING N [SED]: the block as it stands, changed only by SED where said; its output in $work/out.
run() {
    python "$here/guide_command.py" "$guide" "$2" "$3" | sed "${4-}" >"$work/block.sh"
    exits "$1" 0 bash -e -o pipefail "$work/block.sh"
}

# What the team did once, before the page begins.
for repository in react-app-haproxy react-app-nginx; do
    check "create-repository $repository" aws ecr create-repository --repository-name $repository \
        --image-scanning-configuration scanOnPush=true --region us-east-1
done
check "create-role" aws iam create-role --role-name ecsTaskExecutionRole --assume-role-policy-document \
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}'

# "Pushing Images to ECR". The script of its first line is the team's own; what it does is what follows it.
run "log in, build, tag, push" "Build and Push HAProxy" 1 '/^\.\/scripts/d'
same "the registry has the tag" '["v1.0.0"]' "$(aws ecr describe-images --repository-name react-app-haproxy \
    --query 'imageDetails[0].imageTags' --output json | jq -c .)"
for image in haproxy nginx; do
    check "build and push $image:latest" sh -c "docker build -q -t $registry/react-app-$image:latest -f docker/Dockerfile.$image . &&
        docker push -q $registry/react-app-$image:latest"
done

# "Image Security Scanning", right after the push.
check "the waiter ends" aws ecr wait image-scan-complete --repository-name react-app-haproxy --image-id imageTag=latest
check "the waiter ends for nginx" aws ecr wait image-scan-complete --repository-name react-app-nginx --image-id imageTag=latest
run "describe-image-scan-findings" "Automated Scanning in ECR" 1
check "both images are told of" sh -c 'jq -s -e "length == 2 and all(.imageScanStatus.status == \"COMPLETE\")" "$0/out"' "$work"
run "describe-image-scan-findings | jq" "Interpreting Scan Results" 1
check "openssl's CVE-2023-0286 is among them, with its severity and address" sh -c \
    'jq -s -e "any(.name == \"CVE-2023-0286\" and .severity == \"HIGH\" and (.uri | startswith(\"https://\")))" "$0/out"' "$work"

# "Image Tagging Strategy".
docker tag "$registry/react-app-haproxy:latest" react-app-haproxy:latest
run "docker tag" "Version Tagging" 1

# "Image Retention": as on the page.
run "put-lifecycle-policy" "Image Retention" 1
same "the policy is kept as it was given" 10 "$(aws ecr get-lifecycle-policy --repository-name react-app-haproxy \
    --query lifecyclePolicyText --output text | jq '.rules[0].selection.countNumber')"

# "Regular Security Audits": the script, written as the page writes it, and run.
python "$here/guide_command.py" "$guide" "Regular Security Audits" 1 | sed '/^# Create script/d' >audit-images.sh
mkdir -p scripts && mv audit-images.sh scripts/
run "the audit script" "Regular Security Audits" 2
cp "$work/out" "$work/guide.out"
"$PLIMSOLL" audit react-app-haproxy react-app-nginx --findings registry --format guide --no-history >"$work/audit.out" 2>"$work/audit.err"
same "plimsoll audit --format guide prints the same" "$(cat "$work/guide.out")" "$(cat "$work/audit.out" "$work/audit.err")"
exits "an audit by the whole name: its account and region are asked, and a login is not needed" 0 env AWS_ENDPOINT_URL= \
    AWS_ENDPOINT_URL_ECR="https://$registry" AWS_DEFAULT_REGION=eu-central-1 \
    "$PLIMSOLL" audit "$registry/react-app-nginx" --no-history --no-bases --format json=audit.json
same "it is the one" "[\"$registry/react-app-nginx\",\"latest\"]" "$(jq -c '.repositories[0] | [.name, .tag]' audit.json)"
exits "the repository of another account" 3 "$PLIMSOLL" audit "987654321.dkr.ecr.us-east-1.amazonaws.com/react-app-nginx" --no-history
check "is asked for in that account" grep -q "987654321.*react-app-nginx could not be audited" "$work/err"
same "it names both repositories" "=== Scanning react-app-haproxy === === Scanning react-app-nginx ===" \
    "$(grep '^===' "$work/guide.out" | tr '\n' ' ' | sed 's/ $//')"

# "Image Pull Errors in ECS". The name of the role is the reader's to fill in.
run "describe-repositories, get-role" "Image Pull Errors in ECS" 1 's/<task-execution-role>/ecsTaskExecutionRole/'
check "the trust policy is a document" grep -q ecs-tasks.amazonaws.com "$work/out"
same "repositoryUri has the registry's name" "$registry/react-app-haproxy" "$(aws ecr describe-repositories \
    --repository-names react-app-haproxy --query 'repositories[0].repositoryUri' --output text)"

# And back: pulled by the name.
check "docker pull" docker pull -q "$registry/react-app-haproxy:v1.0.0"
