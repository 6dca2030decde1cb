#!/bin/sh
# lint image: what is wrong with a built image, each rule on an image that breaks it and on one that does not.
. "$(dirname "$0")/lib.sh"
need jq
make_image=$BUILD/tests/tools/make-image
[ -x "$make_image" ] || skip "no make-image in $BUILD"
cd "$work" || exit 1
export PLIMSOLL_OFFLINE=1

cat >good.spec <<'SPEC'
image app:1.2.0
config user app
config cmd /bin/app
config expose 8080/tcp
config volume /var/lib/app
config healthcheck wget -qO- http://127.0.0.1:8080/health || exit 1
config label org.opencontainers.image.source=https://example.com/app
config label org.opencontainers.image.revision=1
config label org.opencontainers.image.version=1.2.0
layer ADD alpine-minirootfs-3.20.3-x86_64.tar.gz / # buildkit
text etc/os-release ID=alpine\nVERSION_ID=3.20.3\n
text lib/apk/db/installed P:busybox\nV:1.36.1-r29\nA:x86_64\no:busybox\n\n
text etc/passwd root:x:0:0:root:/root:/bin/sh\napp:x:1000:1000::/:/sbin/nologin\n
text etc/shadow root:*:::::::\napp:!:::::::\n
text etc/group root:x:0:\napp:x:1000:\n
dir tmp 1777
layer RUN /bin/sh -c apk add --no-cache curl && apk del curl # buildkit
text usr/share/x y
SPEC
printf 'x\n' >file
# In two parts, or every secret scanner would stop here.
key=AKIACZ3QP5
key=${key}N3VNPNFE4R
cat >bad.spec <<SPEC
image app:latest
config user toor
config entrypoint /bin/sh
config entrypoint -c
config entrypoint server --port 1
config expose 22/tcp
config volume /etc
config env NODE_TLS_REJECT_UNAUTHORIZED=0
config healthcheck curl -f http://127.0.0.1/
layer ADD file:0123 in /
text etc/os-release ID=alpine\nVERSION_ID=3.20.3\n
text lib/apk/db/installed P:musl\nV:1.2.5-r0\nA:x86_64\no:musl\n\nP:sudo\nV:1.9-r0\nA:x86_64\no:sudo\n\nP:gcc\nV:13-r0\nA:x86_64\no:gcc\n\n
text etc/passwd root:x:0:0:root:/root:/bin/sh\ntoor:x:0:0::/:/bin/sh\nopen::1000:1000::/:\n
text etc/group root:x:0:\na:x:5:\nb:x:5:\n
layer /bin/sh -c apt-get update
file usr/bin/run 4755 < $work/file
layer /bin/sh -c apt-get dist-upgrade -y
file srv/shared 0666 < $work/file
layer ADD https://example.com/app.tar.gz /app # buildkit
zeros var/cache/apk/APKINDEX.tar.gz 1500000
text root/.ssh/id_rsa not-a-key
text app/.aws/credentials nothing
text app/.env A=1
text app/.git/HEAD ref: x
text app/Dockerfile FROM scratch
text app/config.ini key = $key\\n
layer RUN /bin/sh -c apk del curl # buildkit
whiteout root/.ssh/id_rsa
whiteout app/config.ini
whiteout var/cache/apk/APKINDEX.tar.gz
SPEC
printf 'image root:1\nconfig healthcheck NONE\nlayer COPY x /\ntext x y\n' >root.spec
for name in good bad root; do "$make_image" -o $name.tar $name.spec || fail "make-image $name"; done

lint() { "$PLIMSOLL" lint image --format json --fail-on none "$@"; }
rules() { jq -r '.findings[].rule' "$1" | sort -u; }

lint --profile strict good.tar >good.json 2>err
same "nothing is wrong with a good image" "" "$(rules good.json)"
lint --profile strict bad.tar >bad.json 2>err
for rule in image-root-user image-ssh-port image-system-volume image-labels image-shell-form image-tls-off image-latest \
    image-secret image-setid-file image-world-writable image-package-cache image-private-key image-credentials image-environment-file \
    image-repository image-leftover image-empty-password image-duplicate-id image-root-account image-needless-package \
    image-sudo image-update-alone image-dist-upgrade image-add-download image-removed-later image-health-check-tool; do
    check "$rule is found" jq -e --arg rule $rule '[.findings[] | select(.rule == $rule)] | length > 0' bad.json
done
lint root.tar >root.json 2>err
check "no USER is root" jq -e '.findings[] | select(.rule == "image-root-user")' root.json
check "HEALTHCHECK NONE is none" jq -e '.findings[] | select(.rule == "image-no-health-check")' root.json
check "a key that a later layer removes is still told, with its layer" \
    jq -e '.findings[] | select(.rule == "image-private-key") | .message | test("layer 4") and test("later layer removes")' bad.json
check "a cache is measured" jq -e '.findings[] | select(.rule == "image-package-cache") | .message | test("1.5 MB")' bad.json
check "a secret is never shown whole" sh -c "! grep -rq $key bad.json err '$work/cache'"
check "but by its kind, place and what to do" jq -e '.findings[] | select(.rule == "image-secret") | .message | test("AWS access key id") and test("layer 4") and test("IAM")' bad.json
# A health check in JSON form is read, too; UBI's curl is curl-minimal; what is called by its path may be copied in.
tool() {
    printf 'image tool:1\n%s\nlayer COPY x /\ntext etc/os-release ID=alpine\\nVERSION_ID=3.20.3\\n\ntext lib/apk/db/installed P:%s\\nV:1-r0\\nA:x86_64\\no:x\\n\\n\n' "$1" "$2" >tool.spec
    "$make_image" -o tool.tar tool.spec && lint --only image-health-check-tool tool.tar | jq '.findings | length'
}
same "a health check in JSON form calls what is not there" 1 "$(tool 'config healthcheck CMD curl -f http://127.0.0.1/' musl)"
same "curl-minimal brings curl" 0 "$(tool 'config healthcheck curl -f http://127.0.0.1/' curl-minimal)"
same "a path of its own is no package's" 0 "$(tool 'config healthcheck /opt/bin/curl -f http://127.0.0.1/' musl)"
# Dockle's suspicious files, and .env under other names; what is made to be shared is none.
printf 'image left:1\nlayer COPY . /\n' >left.spec
for path in .DS_Store .vscode/settings.json .idea/workspace.xml docker-compose.override.yml .vimrc .env.staging .env.dev .env.example; do
    printf 'text app/%s A=1\n' $path >>left.spec
done
"$make_image" -o left.tar left.spec
same "files of editors and of the build are told" 5 "$(lint --only image-leftover left.tar | jq '.findings | length')"
same "so are .env files of any environment" 2 "$(lint --only image-environment-file left.tar | jq '.findings | length')"
exits "the gate is warning" 1 "$PLIMSOLL" lint image bad.tar
check "the sum names the image" grep -Eq '^[0-9]+ findings in bad.tar: .*[0-9] error' "$work/out"
exits "and lets a good image pass" 0 "$PLIMSOLL" lint image good.tar
same "and says so" "0 findings in good.tar" "$(cat "$work/out")"
exits "an absent image" 3 "$PLIMSOLL" lint image absent.tar
exits "no image" 2 "$PLIMSOLL" lint image
