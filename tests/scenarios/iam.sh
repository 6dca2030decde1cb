#!/bin/sh
# STS, IAM and `plimsoll user` with the real aws command line and boto3: identities, roles, temporary keys, policies that
# decide, credentials that end.
. "$(dirname "$0")/lib.sh"
need jq
clients aws python crane
serve
data=$work/data
user() {
    verb=$1
    shift
    "$PLIMSOLL" user "$verb" "$@" --data "$data"
}
# refused WHAT CODE COMMAND…: the command fails, and names this error.
refused() {
    what=$1 code=$2
    shift 2
    if "$@" >"$work/out" 2>"$work/err"; then
        fail "$what: it was allowed"
    elif grep -q "$code" "$work/err"; then
        ok "$what"
    else
        fail "$what: not $code"
        sed 's/^/    /' "$work/err" | head -5
    fi
}
with_key() {
    id=$1 secret=$2
    shift 2
    AWS_ACCESS_KEY_ID=$id AWS_SECRET_ACCESS_KEY=$secret "$@"
}

# Who one is
same "get-caller-identity" "123456789012 arn:aws:iam::123456789012:user/admin" \
    "$(aws sts get-caller-identity | jq -r '.Account + " " + .Arn')"
refused "a wrong secret" SignatureDoesNotMatch with_key "$AWS_ACCESS_KEY_ID" wrong aws sts get-caller-identity
refused "an unknown key" InvalidClientTokenId with_key AKIANOBODY "$AWS_SECRET_ACCESS_KEY" aws sts get-caller-identity
refused "an unknown key, ECR's word" UnrecognizedClientException \
    with_key AKIANOBODY "$AWS_SECRET_ACCESS_KEY" aws ecr describe-repositories
refused "a wrong secret, ECR's word" InvalidSignatureException \
    with_key "$AWS_ACCESS_KEY_ID" wrong aws ecr describe-repositories
refused "made-up session" InvalidClientTokenId env AWS_SESSION_TOKEN=made-up aws sts get-caller-identity
same "not signed" 403 "$(curl -s -o "$work/out" -w '%{http_code}' -d 'Action=GetCallerIdentity&Version=2011-06-15' "$url/")"
check "not signed: the word" grep -q '<Code>MissingAuthenticationToken</Code>' "$work/out"
same "no such action" 400 "$(curl -s -o "$work/out" -w '%{http_code}' -d 'Action=DropTables' "$url/")"
check "no such action: the word" grep -q '<Code>InvalidAction</Code>' "$work/out"

# The guide's question
trust='{"Version":"2012-10-17","Statement":[{"Sid":"","Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
check "create-role" aws iam create-role --role-name ecsTaskExecutionRole --assume-role-policy-document "$trust"
same "the guide's get-role" "$(echo "$trust" | jq -c .)" \
    "$(aws iam get-role --role-name ecsTaskExecutionRole | jq -c .Role.AssumeRolePolicyDocument)"
refused "a role that is not there" NoSuchEntity aws iam get-role --role-name nobody
refused "the same role again" EntityAlreadyExists \
    aws iam create-role --role-name ecsTaskExecutionRole --assume-role-policy-document "$trust"
refused "a policy that is not JSON" MalformedPolicyDocument \
    aws iam create-role --role-name bad --assume-role-policy-document 'not JSON'
refused "services cannot be played" AccessDenied \
    aws sts assume-role --role-arn arn:aws:iam::123456789012:role/ecsTaskExecutionRole --role-session-name me

# All shapes through botocore's model, and pages
python - >"$work/boto" 2>&1 <<'PY'
import boto3, botocore, json
iam, sts = boto3.client('iam'), boto3.client('sts')
trust = json.dumps({'Statement': [{'Effect': 'Allow', 'Principal': {'AWS': '123456789012'}, 'Action': 'sts:AssumeRole'}]})
for n in range(7):
    role = iam.create_role(RoleName=f'page-{n}', Path='/team/', AssumeRolePolicyDocument=trust, Description='<&>"é',
                           MaxSessionDuration=7200)['Role']
assert role['Arn'] == 'arn:aws:iam::123456789012:role/team/page-6', role
assert role['Description'] == '<&>"é' and role['MaxSessionDuration'] == 7200, role
names = [r['RoleName'] for p in iam.get_paginator('list_roles').paginate(PathPrefix='/team/', PaginationConfig={'PageSize': 3})
         for r in p['Roles']]
assert names == [f'page-{n}' for n in range(7)], names
pull = json.dumps({'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': ['ecr:Get*', 'ecr:BatchGetImage'],
                                                           'Resource': '*'}]}, indent=1)
iam.put_role_policy(RoleName='page-0', PolicyName='pull', PolicyDocument=pull)
iam.put_role_policy(RoleName='page-0', PolicyName='two', PolicyDocument=pull)
assert iam.list_role_policies(RoleName='page-0')['PolicyNames'] == ['pull', 'two']
assert iam.get_role_policy(RoleName='page-0', PolicyName='pull')['PolicyDocument'] == json.loads(pull)
def refused(code, call, **fields):
    try:
        call(**fields)
    except botocore.exceptions.ClientError as error:
        assert error.response['Error']['Code'] == code, error
        return
    raise AssertionError(f'{code} expected')
refused('DeleteConflict', iam.delete_role, RoleName='page-0')
refused('NoSuchEntity', iam.get_role_policy, RoleName='page-0', PolicyName='none')
refused('MalformedPolicyDocument', iam.put_role_policy, RoleName='page-0', PolicyName='x', PolicyDocument='{"Statement":[]}')
refused('ValidationError', iam.create_role, RoleName='a b', AssumeRolePolicyDocument=trust)
refused('ValidationError', iam.list_roles, Marker='!!')
iam.delete_role_policy(RoleName='page-0', PolicyName='two')
iam.update_assume_role_policy(RoleName='page-1', PolicyDocument=trust)
assert iam.list_attached_role_policies(RoleName='page-1')['AttachedPolicies'] == []
refused('NoSuchEntity', iam.attach_role_policy, RoleName='page-1', PolicyArn='arn:aws:iam::aws:policy/ReadOnlyAccess')
for n in range(1, 7):
    iam.delete_role(RoleName=f'page-{n}')
assert iam.get_user()['User']['UserName'] == 'admin'
assert [u['UserName'] for u in iam.list_users(PathPrefix='/')['Users']] == ['admin']
assert iam.list_users(PathPrefix='/team/')['Users'] == []  # users have no paths here
for call in iam.list_users, iam.list_roles:
    refused('ValidationError', call, PathPrefix='team')
refused('ValidationError', iam.list_attached_role_policies, RoleName='page-0', PathPrefix='team')
refused('ValidationError', iam.create_role, RoleName='page-8', AssumeRolePolicyDocument=trust, Description='\u2028')
iam.create_user(UserName='made')
refused('EntityAlreadyExists', iam.create_user, UserName='made')
key = iam.create_access_key(UserName='made')['AccessKey']
made = boto3.client('sts', aws_access_key_id=key['AccessKeyId'], aws_secret_access_key=key['SecretAccessKey'])
assert made.get_caller_identity()['Arn'].endswith('user/made')
refused('AccessDenied', boto3.client('iam', aws_access_key_id=key['AccessKeyId'],
                                     aws_secret_access_key=key['SecretAccessKey']).list_users)
second = iam.create_access_key(UserName='made')['AccessKey']['AccessKeyId']
pages = list(iam.get_paginator('list_access_keys').paginate(UserName='made', PaginationConfig={'PageSize': 1}))
assert [len(p['AccessKeyMetadata']) for p in pages] == [1, 1], pages
assert {p['AccessKeyMetadata'][0]['AccessKeyId'] for p in pages} == {key['AccessKeyId'], second}, pages
refused('ValidationError', iam.list_access_keys, UserName='made', Marker='!!')
iam.delete_access_key(UserName='made', AccessKeyId=second)
iam.update_access_key(UserName='made', AccessKeyId=key['AccessKeyId'], Status='Inactive')
refused('InvalidClientTokenId', made.get_caller_identity)
assert iam.list_access_keys(UserName='made')['AccessKeyMetadata'][0]['Status'] == 'Inactive'
refused('DeleteConflict', iam.delete_user, UserName='made')
iam.delete_access_key(UserName='made', AccessKeyId=key['AccessKeyId'])
iam.delete_user(UserName='made')
refused('NoSuchEntity', iam.get_user, UserName='made')
refused('AccessDenied', sts.assume_role, RoleArn='arn:aws:iam::123456789012:role/none', RoleSessionName='me')
keys = sts.assume_role(RoleArn='arn:aws:iam::123456789012:role/team/page-0', RoleSessionName='job-1', DurationSeconds=900)
assert keys['AssumedRoleUser']['Arn'] == 'arn:aws:sts::123456789012:assumed-role/page-0/job-1', keys
refused('ValidationError', sts.assume_role, RoleArn='arn:aws:iam::123456789012:role/page-0', RoleSessionName='job',
        DurationSeconds=10000)
refused('ValidationError', sts.assume_role, RoleArn='arn:aws:iam::123456789012:role/page-0', RoleSessionName='job',
        SourceIdentity='somebody')  # nothing here would keep it
c = keys['Credentials']
role = dict(aws_access_key_id=c['AccessKeyId'], aws_secret_access_key=c['SecretAccessKey'], aws_session_token=c['SessionToken'])
who = boto3.client('sts', **role).get_caller_identity()
assert who['Arn'] == keys['AssumedRoleUser']['Arn'] and who['UserId'].endswith(':job-1'), who
ecr = boto3.client('ecr', **role)
ecr.get_authorization_token()
refused('AccessDeniedException', ecr.create_repository, repositoryName='x/y')
refused('AccessDenied', boto3.client('sts', **role).get_session_token)
cut = dict(role, aws_session_token=c['SessionToken'][:-1])
refused('InvalidClientTokenId', boto3.client('sts', **cut).get_caller_identity)
other = dict(role, aws_session_token=sts.get_session_token()['Credentials']['SessionToken'])
refused('InvalidClientTokenId', boto3.client('sts', **other).get_caller_identity)
iam.delete_role_policy(RoleName='page-0', PolicyName='pull')
refused('AccessDeniedException', ecr.get_authorization_token)
iam.delete_role(RoleName='page-0')
refused('InvalidClientTokenId', boto3.client('sts', **role).get_caller_identity)
PY
same "every operation by boto3" "0 " "$? $(tail -n 1 "$work/boto")"
[ ! -s "$work/boto" ] || sed 's/^/    /' "$work/boto" | tail -5

# plimsoll user beside the running server
check "user add" user add ci --allow push
user add pull-only --allow pull >"$work/key"
check "a repository" aws ecr create-repository --repository-name team/app
id=$(sed -n 's/^AWS_ACCESS_KEY_ID=//p' "$work/key") secret=$(sed -n 's/^AWS_SECRET_ACCESS_KEY=//p' "$work/key")
eventually "the new key reads" with_key "$id" "$secret" aws ecr describe-repositories
refused "the new key does not write" AccessDeniedException \
    with_key "$id" "$secret" aws ecr delete-repository --repository-name team/app
with_key "$id" "$secret" aws ecr get-login-password >"$work/login"
same "its login" 200 "$(curl -s -o "$work/out" -w '%{http_code}' -u "AWS:$(cat "$work/login")" "$url/v2/")"
same "its login may not push" 403 \
    "$(curl -s -o "$work/out" -w '%{http_code}' -X POST -u "AWS:$(cat "$work/login")" "$url/v2/team/app/blobs/uploads/")"
check "a repository's policy for it" aws ecr set-repository-policy --repository-name team/app --policy-text \
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/pull-only"},"Action":["ecr:InitiateLayerUpload","ecr:PutImage","ecr:UploadLayerPart","ecr:CompleteLayerUpload"]}]}'
same "lets it push" 202 \
    "$(curl -s -o "$work/out" -w '%{http_code}' -X POST -u "AWS:$(cat "$work/login")" "$url/v2/team/app/blobs/uploads/")"
# What lies in docker's configuration for 12 hours is neither made longer with it nor turned into keys.
aws ecr get-login-password >"$work/login.admin"
with_login() { curl -s -o "$work/out" -w '%{http_code}' -u "AWS:$(cat "$work/login.admin")" "$@" "$url/"; }
for operation in CreateRepository GetAuthorizationToken; do
    same "an admin's login and ECR's $operation" "400 1" "$(with_login -d '{"repositoryName":"team/other"}' \
        -H "X-Amz-Target: AmazonEC2ContainerRegistry_V20150921.$operation") $(grep -c UnrecognizedClientException "$work/out")"
done
for action in 'CreateAccessKey&UserName=admin' GetSessionToken; do
    same "an admin's login and $action" "403 1" "$(with_login -d "Action=$action") $(grep -c InvalidClientTokenId "$work/out")"
done
check "key remove" user key remove "$id"
status() { curl -s -o "$work/out" -w '%{http_code}' "$@" "$url/v2/"; }
becomes "its login is soon over" 401 status -u "AWS:$(cat "$work/login")"
refused "its key, too" UnrecognizedClientException with_key "$id" "$secret" aws ecr describe-repositories
echo 'a good password' | user password ci
same "a password" 200 "$(curl -s -o "$work/out" -w '%{http_code}' -u 'ci:a good password' "$url/v2/")"
same "a wrong one" 401 "$(curl -s -o "$work/out" -w '%{http_code}' -u 'ci:a bad password' "$url/v2/")"
guess() { for try in 1 2 3 4 5 6 7 8; do code=$(status -u "ci:wrong $try"); done; }
guess
same "who guesses is slowed down" 429 "$code"
known=$(status -u 'ci:a good password')
if [ "$known" = 429 ]; then # the server has only now noticed the new password, and forgot whom it knew; it does so once
    becomes "who waits gets in" 200 status -u 'ci:a good password'
    guess
    known=$(status -u 'ci:a good password')
fi
same "who was known is not" 200 "$known"
check "user disable" user disable ci
disabled() { status -u 'ci:a good password' | sed s/429/401/; }
becomes "a disabled user" 401 disabled
check "crane takes a bearer token" sh -c "printf '%s' \"\$(aws ecr get-login-password)\" |
    DOCKER_CONFIG='$work/docker' crane auth login -u AWS --password-stdin 127.0.0.1:$port &&
    DOCKER_CONFIG='$work/docker' crane catalog 127.0.0.1:$port | grep -qx team/app"
check "no secret is in the log" sh -c "! grep -qF -e 'a good password' -e '$secret' '$work/serve.out' '$work/serve.err'"
check "who did it is in the audit log" sh -c "'$PLIMSOLL' registry audit --data '$data' | grep -q CreateUser"
