#!/bin/sh
# The distribution API byte by byte: uploads by hand, ranges, pages, wrong digests, names that would lead elsewhere, many
# at once. What real clients never send is in here, too.
. "$(dirname "$0")/lib.sh"
need python3
serve
python3 "$here/registry_wire.py" "127.0.0.1:$port" "$AWS_ACCESS_KEY_ID" "$AWS_SECRET_ACCESS_KEY" || fail "ended early"
check "the server is still there" kill -0 "$pid"

# Immutable tags, in ECR's words; the identical manifest may be pushed again.
ecr() { # OPERATION JSON
    curl -s -u "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 aws:amz:us-east-1:ecr -H 'Content-Type: application/x-amz-json-1.1' \
        -H "X-Amz-Target: AmazonEC2ContainerRegistry_V20150921.$1" -d "$2" "$url/"
}
# fetch CURL-ARGUMENTS: prints the status; body and headers are in $work/body and $work/head.
fetch() { curl -s -o "$work/body" -D "$work/head" -w '%{http_code}' -u "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" "$@"; }
if command -v curl >/dev/null; then
    ecr CreateRepository '{"repositoryName": "wire/fixed", "imageTagMutability": "IMMUTABLE"}' >"$work/made"
    check "an immutable repository" grep -q IMMUTABLE "$work/made"
    printf '{}' >"$work/config"
    config=$(sha256sum <"$work/config" | cut -d' ' -f1)
    image() { # NUMBER: a manifest
        printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"sha256:%s","size":2},"layers":[],"annotations":{"n":"%s"}}' "$config" "$1" >"$work/image.$1"
    }
    image 1
    image 2
    put() { fetch -X PUT -H 'Content-Type: application/vnd.oci.image.manifest.v1+json' --data-binary "@$work/image.$1" "$url/v2/wire/fixed/manifests/$2"; }
    same "its blob" 201 "$(fetch -X POST --data-binary "@$work/config" -H 'Content-Type: application/octet-stream' "$url/v2/wire/fixed/blobs/uploads/?digest=sha256:$config")"
    same "a tag" 201 "$(put 1 v1)"
    same "the same again" 201 "$(put 1 v1)"
    same "another one" 400 "$(put 2 v1)"
    check "in ECR's words" grep -q "\"TAG_INVALID\",\"message\":\"The image tag 'v1' already exists in the 'wire/fixed' repository and cannot be overwritten because the repository is immutable.\"" "$work/body"
    same "several tags, one of them fixed" 201 "$(put 2 "sha256:$(sha256sum <"$work/image.2" | cut -d' ' -f1)?tag=v1&tag=v2")"
    check "the free one is told" grep -qi '^oci-tag: v2' "$work/head"
    check "and why the other was not" grep -qi "^warning: 299 - \"The image tag 'v1' already exists" "$work/head"
    same "the tag stands for what it did" "$(cat "$work/image.1")" "$(fetch "$url/v2/wire/fixed/manifests/v1" >/dev/null; cat "$work/body")"
fi

# Pull policy, set beside the running server: it follows within a second or two.
manifest="$url/v2/wire/team/app/manifests/docker"
policy() { # JSON
    printf '%s' "$1" | "$PLIMSOLL" registry set --data "$work/data" -r wire/team/app pull-policy - >"$work/set.out" 2>&1 ||
        { fail "registry set"; sed 's/^/    /' "$work/set.out"; }
}
warned() { fetch "$manifest" && grep -qi '^warning: 299 - "' "$work/head"; }
unwarned() { fetch "$manifest" && ! grep -qi '^warning' "$work/head"; }
if command -v curl >/dev/null; then
    same "pulled before there is a policy" 200 "$(fetch "$manifest")"
    policy '{"mode": "block", "failOn": "critical,kev", "unscanned": "block"}'
    becomes "what was not scanned is not pulled" 403 fetch "$manifest"
    check "and is told why" grep -q '"DENIED"' "$work/body"
    same "a push may look whether it is there" 200 "$(fetch -I "$manifest")"
    same "other repositories do not care" 200 "$(fetch "$url/v2/wire/fixed/manifests/v1")"
    policy '{"mode": "warn", "failOn": "critical,kev", "unscanned": "block"}'
    becomes "with a warning only" 200 fetch "$manifest"
    check "which is a header" grep -qi '^warning: 299 - "' "$work/head"
    check "and again" warned
    policy '{"mode": "off"}'
    eventually "without a policy there is no warning" unwarned
fi
