#!/bin/sh
# Real clients against the real registry: skopeo, buildah, podman, crane, oras, regctl push and pull, and what comes back
# is what was pushed, byte for byte.
. "$(dirname "$0")/lib.sh"
need python3
need skopeo
clients crane oras regctl
make="$BUILD/tests/tools/make-image"
export HOME="$work/home" DOCKER_CONFIG="$work/docker" REGISTRY_AUTH_FILE="$work/docker/config.json" XDG_RUNTIME_DIR="$work/run"
mkdir -p "$HOME" "$DOCKER_CONFIG" "$XDG_RUNTIME_DIR"
unset PLIMSOLL_REGISTRY_USER PLIMSOLL_REGISTRY_PASSWORD
cd "$work" || exit 1
serve
at=127.0.0.1:$port
printf '{"auths": {"%s": {"auth": "%s"}}}\n' "$at" \
    "$(printf %s "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" | base64 -w0)" >docker/config.json

cat >spec <<'SPEC'
image demo:1
config architecture amd64
layer ADD base
text etc/os-release ID=alpine\nVERSION_ID=3.16.9\n
text lib/apk/db/installed P:openssl\nV:1.1.1s-r0\nA:x86_64\no:openssl\n\n
layer COPY big
zeros var/big 3000000
image demo:1
config architecture arm64
layer ADD base
same 0
layer RUN arm
text etc/arm yes
SPEC
"$make" --format oci -o layout spec || { fail "make-image"; exit 1; }
printf '{"default": [{"type": "insecureAcceptAnything"}]}\n' >policy.json
raw() { crane manifest --insecure "$1" | sha256sum | cut -d' ' -f1; }
# Every blob of an OCI layout has the digest it is called by, and the two layouts hold the same ones.
blobs_of() { (cd "$1/blobs/sha256" && sha256sum ./* | awk '{ sub("^\\./", "", $2); print $1, ($1 == $2 ? "good" : "BAD") }' | sort); }

# skopeo
copy() { skopeo --policy policy.json copy -q --src-tls-verify=false --dest-tls-verify=false "$@"; }
index=$(python3 -c 'import json; print(json.load(open("layout/index.json"))["manifests"][0]["digest"].split(":")[1])')
check "skopeo pushes an index" copy --all oci:layout "docker://$at/team/skopeo:multi"
same "skopeo's index is the one of the layout" "$index" "$(raw "$at/team/skopeo:multi")"
check "skopeo pulls it" copy --all "docker://$at/team/skopeo:multi" oci:back
same "all blobs are the same" "$(blobs_of layout)" "$(blobs_of back)"
check "skopeo pushes Docker's format" copy --override-arch amd64 --format v2s2 oci:layout "docker://$at/team/skopeo:docker"
check "it is Docker's" sh -c "crane manifest --insecure $at/team/skopeo:docker | grep -q docker.distribution.manifest.v2"
check "skopeo pulls it" copy --override-arch amd64 "docker://$at/team/skopeo:docker" oci:docker
check "skopeo copies within the registry" copy --all "docker://$at/team/skopeo:multi" "docker://$at/other/copy:1"
same "the copy is the same" "$index" "$(raw "$at/other/copy:1")"
same "skopeo lists tags" "docker multi" "$(skopeo list-tags --tls-verify=false "docker://$at/team/skopeo" | python3 -c 'import json,sys; print(*json.load(sys.stdin)["Tags"])')"
check "skopeo inspects" skopeo inspect --tls-verify=false --override-arch arm64 "docker://$at/team/skopeo:multi"
check "skopeo deletes" skopeo delete --tls-verify=false "docker://$at/team/skopeo:docker"
check "it is gone" sh -c "! skopeo inspect --tls-verify=false --raw docker://$at/team/skopeo:docker"

# crane
check "crane pushes a layout" crane push --insecure layout "$at/team/crane:1"
check "crane validates it" crane validate --insecure --remote "$at/team/crane:1"
check "crane copies" crane copy --insecure "$at/team/crane:1" "$at/team/crane-copy:1"
same "the copy is the same" "$(raw "$at/team/crane:1")" "$(raw "$at/team/crane-copy:1")"
mkdir -p more/etc && echo more >more/etc/more && tar -cf more.tar -C more etc
check "crane appends a layer" crane append --insecure --platform linux/amd64 -b "$at/team/skopeo:multi" -f more.tar -t "$at/team/crane:appended"
check "the layer is in it" sh -c "crane export --insecure $at/team/crane:appended - | tar -tf - | grep -q etc/more"
check "crane pulls" crane pull --insecure --format=oci "$at/team/crane:appended" pulled
check "crane tags" crane tag --insecure "$at/team/crane:appended" second
same "crane lists" "1 appended second" "$(crane ls --insecure "$at/team/crane" | sort | tr '\n' ' ' | sed 's/ $//')"
check "crane sees the catalogue" sh -c "crane catalog --insecure $at | grep -qx team/crane"
check "crane mutates" crane mutate --insecure --platform linux/amd64 -l a=b -t "$at/team/crane:mutated" "$at/team/crane:appended"
check "crane deletes a tag" crane delete --insecure "$at/team/crane:second"
same "its digest stays" "$(crane digest --insecure "$at/team/crane:appended")" \
    "$(crane digest --insecure "$at/team/crane@$(crane digest --insecure "$at/team/crane:appended")")"
check "a tag that is not there" sh -c "crane manifest --insecure $at/team/crane:none 2>&1 | grep -q MANIFEST_UNKNOWN"
check "a repository that is not there" sh -c "crane ls --insecure $at/team/none 2>&1 | grep -q NAME_UNKNOWN"
for bad in ../../etc/passwd A/b "a/../b"; do
    check "crane gets nowhere with $bad" sh -c "! crane manifest --insecure '$at/$bad:1'"
done

# oras
export ORAS_CACHE=
printf 'an artifact\n' >note.txt
check "oras pushes an artifact" oras push --plain-http --artifact-type application/x-note "$at/team/oras:1,two,three" note.txt:text/plain
same "under three tags" "1 three two" "$(oras repo tags --plain-http "$at/team/oras" | sort | tr '\n' ' ' | sed 's/ $//')"
check "oras attaches" oras attach --plain-http --artifact-type application/x-sbom "$at/team/oras:1" note.txt:text/x-sbom
check "oras attaches another" oras attach --plain-http --artifact-type application/x-vex "$at/team/oras:1" note.txt:text/x-vex
check "oras discovers them" sh -c "oras discover --plain-http --format json '$at/team/oras:1' | tee discovered | grep -q application/x-vex && grep -q application/x-sbom discovered"
same "oras discovers one type" 1 "$(oras discover --plain-http --artifact-type application/x-vex --format json "$at/team/oras:1" | grep -c '"artifactType": "application/x-vex"')"
check "oras by the tag schema" oras attach --plain-http --distribution-spec v1.1-referrers-tag --artifact-type application/x-old "$at/team/oras:1" note.txt:text/x-old
check "the API has those as well" sh -c "oras discover --plain-http --distribution-spec v1.1-referrers-api --format json '$at/team/oras:1' | grep -q application/x-old"
check "oras copies all of it" oras cp -r --from-plain-http --to-plain-http "$at/team/oras:1" "$at/team/oras-copy:1"
check "with its referrers" sh -c "oras discover --plain-http --format json '$at/team/oras-copy:1' | grep -q application/x-sbom"
mkdir out && check "oras pulls" oras pull --plain-http -o out "$at/team/oras:two"
same "the same bytes" "$(cat note.txt)" "$(cat out/note.txt)"
check "oras pushes a blob" oras blob push --plain-http "$at/team/oras" note.txt
check "oras fetches it" sh -c "oras blob fetch --plain-http -o - $at/team/oras@sha256:$(sha256sum <note.txt | cut -d' ' -f1) | cmp - note.txt"
check "oras deletes" oras manifest delete --plain-http -f "$at/team/oras-copy:1"

# regctl
export REGCTL_CONFIG="$work/regctl.json"
regctl registry set "$at" --tls disabled >/dev/null
check "regctl copies a layout in" regctl image copy "ocidir://layout@sha256:$index" "$at/team/regctl:1"
check "regctl copies with referrers and digest tags" regctl image copy --referrers --digest-tags "$at/team/oras:1" "$at/team/regctl:artifact"
check "referrers came along" sh -c "regctl artifact tree $at/team/regctl:artifact | grep -q application/x-vex"
check "regctl exports" regctl image export "$at/team/regctl:1" exported.tar
check "regctl reads a manifest" regctl manifest get "$at/team/regctl:1"
same "regctl lists tags" "1 artifact" "$(regctl tag ls "$at/team/regctl" | grep -v '^sha256-' | sort | tr '\n' ' ' | sed 's/ $//')"
check "regctl deletes a tag" regctl tag delete "$at/team/regctl:artifact"
check "regctl sees the catalogue" sh -c "regctl repo ls $at | grep -qx team/regctl"
dd if=/dev/urandom of=chunked bs=1M count=5 2>/dev/null
check "regctl uploads in chunks" sh -c "regctl registry set $at --blob-chunk 1048576 --blob-max 1 >/dev/null; regctl blob put $at/team/regctl <chunked"
check "regctl gets it back" sh -c "regctl blob get $at/team/regctl sha256:$(sha256sum <chunked | cut -d' ' -f1) | cmp - chunked"

# buildah and podman
if command -v buildah >/dev/null && command -v podman >/dev/null && [ "$(id -u)" = 0 ]; then
    storage="--root $work/store --runroot $work/runroot --storage-driver vfs"
    export BUILDAH_ISOLATION=chroot
    b() { buildah $storage "$@"; }
    p() { podman $storage --events-backend none "$@"; }
    made=$(b from scratch 2>from.log)
    if [ -n "$made" ]; then
        b copy -q "$made" note.txt /note.txt >/dev/null && b commit -q --signature-policy policy.json "$made" local/made:1 >/dev/null
        check "buildah pushes" b push -q --signature-policy policy.json --tls-verify=false local/made:1 "docker://$at/team/buildah:oci"
        check "buildah pushes Docker's format" b push -q --signature-policy policy.json --tls-verify=false --format docker local/made:1 "docker://$at/team/buildah:docker"
        check "buildah pulls" b pull -q --signature-policy policy.json --tls-verify=false "docker://$at/team/buildah:oci"
        check "podman pulls" p pull -q --signature-policy policy.json --tls-verify=false "$at/team/buildah:docker"
        check "podman pushes" p push -q --signature-policy policy.json --tls-verify=false "$at/team/buildah:docker" "$at/team/podman:1"
        check "crane validates what podman pushed" crane validate --insecure --remote "$at/team/podman:1"
        check "podman logs in" sh -c "printf %s '$AWS_SECRET_ACCESS_KEY' | podman $storage login --tls-verify=false -u '$AWS_ACCESS_KEY_ID' --password-stdin --authfile login.json $at"
        check "podman with a wrong password" sh -c "! printf wrong | podman $storage login --tls-verify=false -u '$AWS_ACCESS_KEY_ID' --password-stdin --authfile login.json $at"
        check "podman searches" p search --tls-verify=false "$at/team"
    else
        echo "skip registry_clients: buildah cannot work here: $(tail -n 1 from.log)"
    fi
else
    echo "skip registry_clients: buildah and podman: not installed, or not root"
fi

# docker's own client: what of it needs no daemon.
if command -v docker >/dev/null && docker --version | grep -q '^Docker'; then
    check "docker reads a manifest" timeout 300 docker manifest inspect --insecure "$at/team/crane:1"
    check "docker makes a list" timeout 300 docker manifest create --insecure "$at/team/docker:list" "$at/team/crane:appended"
    check "docker pushes it" timeout 300 docker manifest push --insecure "$at/team/docker:list"
    check "with its image, out of the other repository" crane validate --insecure --remote "$at/team/docker:list"
else
    echo "skip registry_clients: docker's client is not installed"
fi

# Nobody without a name.
export DOCKER_CONFIG="$work/nobody" REGISTRY_AUTH_FILE="$work/nobody/config.json"
mkdir nobody
check "nobody pulls without a name" sh -c "! crane manifest --insecure $at/team/crane:1"
check "nobody pushes without a name" sh -c "! crane push --insecure layout $at/team/crane:nobody"
check "the server is still there" kill -0 "$pid"

# Where everybody may pull: without credentials, by a token for nobody; but not push.
data=$work/public
serve --anonymous-pull
at=127.0.0.1:$port
creds=$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY
check "a name is needed to push" copy --all --dest-creds "$creds" oci:layout "docker://$at/public/app:1"
same "none to pull with crane" "$index" "$(raw "$at/public/app:1")"
check "none to pull with skopeo" copy --all "docker://$at/public/app:1" oci:public-back
same "the same blobs" "$(blobs_of layout)" "$(blobs_of public-back)"
check "none to pull with oras" oras manifest fetch --plain-http "$at/public/app:1"
check "nobody pushes" sh -c "! crane push --insecure layout $at/public/app:nobody"
check "nobody deletes" sh -c "! crane delete --insecure $at/public/app:1"
check "nobody makes repositories" sh -c "! crane push --insecure layout $at/public/new:1"

# Where everybody is the administrator; with Amazon's habit that a repository has to be made first.
data=$work/open
serve --no-auth --no-create-on-push --no-delete
at=127.0.0.1:$port
check "a repository that is not there" sh -c "crane push --insecure layout $at/closed/app:1 2>&1 | grep -q NAME_UNKNOWN"
kill "$pid" && wait "$pid"
serve --no-auth --no-delete
at=127.0.0.1:$port
check "a push makes it" crane push --insecure layout "$at/closed/app:1"
check "nothing is deleted" sh -c "crane delete --insecure $at/closed/app:1 2>&1 | grep -q UNSUPPORTED"

# TLS, with the certificate that the clients are told of.
if command -v openssl >/dev/null && openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=registry -addext \
    subjectAltName=IP:127.0.0.1 -keyout tls.key -out tls.pem >/dev/null 2>&1; then
    data=$work/tls
    serve --no-auth --tls-cert tls.pem --tls-key tls.key
    export SSL_CERT_FILE="$work/tls.pem"
    check "crane over TLS" crane push layout "127.0.0.1:$port/tls/app:1"
    mkdir -p certs && cp tls.pem certs/ca.crt
    check "skopeo over TLS" skopeo --policy policy.json copy -q --all --src-cert-dir certs "docker://127.0.0.1:$port/tls/app:1" oci:tls-back
    same "the same blobs" "$(blobs_of layout)" "$(blobs_of tls-back)"
else
    echo "skip registry_clients: TLS: openssl is not installed"
fi
