#!/bin/sh
# lint --fix on real files: what it writes builds as before (buildah, from an image made here), means the same, keeps
# every byte that it has not to touch, and a second run changes nothing.
. "$(dirname "$0")/lib.sh"
need buildah
need jq
[ -x /bin/busybox ] || skip "busybox-static is not installed"
cd "$work" || exit 1
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot PLIMSOLL_OFFLINE=1
buildah() { command buildah --root "$work/store" --runroot "$work/runroot" "$@"; }

# A base with a shell, and package managers that write down what they are asked and refuse what is not answered.
mkdir -p base/bin base/etc base/tmp base/sbin base/usr/bin base/var/lib/apt/lists base/root
cp /bin/busybox base/bin/busybox
for name in sh ls cat mkdir rm echo adduser addgroup chown touch env find grep; do ln -s busybox "base/bin/$name"; done
printf 'root:x:0:0::/root:/bin/sh\n' >base/etc/passwd
printf 'root:x:0:\n' >base/etc/group
cat >base/usr/bin/apt-get <<'SH'
#!/bin/sh
case " $* " in
*" update "*) echo index >/var/lib/apt/lists/index ;;
*" install "*)
    [ -e /var/lib/apt/lists/index ] || exit 100
    case " $* " in *" -y "* | *" -qy "* | *" -yq "* | *" --yes "*) ;; *) exit 1 ;; esac
    for word; do case $word in -* | install) ;; *) echo "$word" >>/installed ;; esac; done ;;
*" clean "*) ;;
*) exit 2 ;;
esac
SH
cat >base/sbin/apk <<'SH'
#!/bin/sh
for word; do case $word in -* | add) ;; *) echo "$word" >>/installed ;; esac; done
SH
chmod +x base/usr/bin/apt-get base/sbin/apk
printf 'FROM scratch\nCOPY . /\nENV PATH=/usr/bin:/bin:/sbin\nCMD ["/bin/sh"]\n' >base.Dockerfile
buildah bud -q -t localhost/base:1.0 -f base.Dockerfile base >log 2>&1 || { sed 's/^/    /' log; skip "buildah cannot build here"; }

mkdir app
echo "console" >app/app.js
# With every kind of form that fixes go through: continuations, comments inside, tabs, a last line without
# end. (No heredoc: Debian's buildah takes their lines for instructions.)
cat >app/Dockerfile <<'DOCKERFILE'
# syntax=docker/dockerfile:1
FROM localhost/base:1.0 as build
MAINTAINER Somebody "of us" <me@example.com>
ENV NAME some value
ENV OTHER=x
workdir /srv
WORKDIR app
# why it is installed
RUN apt-get update \
 # inside
 && apt-get install -y curl \

	git
RUN apk add make
RUN echo one >/one
RUN echo two >/two
ADD app.js /srv/app/
RUN echo three >/three; \
    true

FROM localhost/base:1.0
COPY --from=build /one /two /three /installed /srv/app/app.js /out/
LABEL a b
EXPOSE 8080/TCP
CMD echo "$NAME" hello
DOCKERFILE
printf 'ENTRYPOINT ls /out' >>app/Dockerfile
cp app/Dockerfile original
chmod 640 app/Dockerfile
ln -s Dockerfile app/link.Dockerfile

# contents IMAGE TO: names and contents of what the image adds, and what its configuration says.
contents() {
    box=$(buildah from --pull-never "$1") && root=$(buildah mount "$box") &&
        (cd "$root/out" && for file in *; do echo "$file:"; sort "$file"; done) >"$2"
    buildah inspect --type image "$1" | jq -S '.OCIv1.config | {Labels: (.Labels // {} | del(.["io.buildah.version"])), Cmd, ExposedPorts}' >>"$2"
    buildah rm "$box" >/dev/null
}

check "the original builds" buildah bud -q -t before -f app/Dockerfile app
exits "a dry run shows what is left to say" 1 "$PLIMSOLL" lint app --fix --dry-run --no-shellcheck --profile strict
check "a dry run changes nothing" cmp original app/Dockerfile
cp out dry.diff
"$PLIMSOLL" lint app --fix --no-shellcheck --profile strict >log 2>&1
check "the fix changes the file" sh -c '! cmp -s original app/Dockerfile'
check "the dry run's diff makes the same of it" sh -c 'mkdir again && cp original again/Dockerfile &&
    sed "s|^\([-+]*\) [ab]/app/|\1 again/|" dry.diff | patch -s -p0 && cmp again/Dockerfile app/Dockerfile'
same "the mode stays" 640 "$(stat -c %a app/Dockerfile)"
check "a link stays one" test -L app/link.Dockerfile
check "what is fixed builds" buildah bud -q -t after -f app/Dockerfile app
contents before before.txt
contents after after.txt
check "the same files come out of it" sh -c 'sed "/^{/,\$d" before.txt >a; sed "/^{/,\$d" after.txt >b; [ -s a ] && diff -u a b'
same "labels that were there are" '{"a":"b"}' "$(sed -n '/^{/,$p' after.txt | jq -c '.Labels | {a}')"
same "ports too" '["8080/tcp"]' "$(sed -n '/^{/,$p' after.txt | jq -c '.ExposedPorts | keys')"
cp app/Dockerfile once
"$PLIMSOLL" lint app --fix --no-shellcheck --profile strict >log 2>&1
check "fixing again changes nothing" cmp once app/Dockerfile
left=$("$PLIMSOLL" lint app --no-shellcheck --profile strict --format json 2>/dev/null | jq '.summary.fixable')
same "nothing that could be mended is left" 0 "$left"
[ "$left" = 0 ] || "$PLIMSOLL" lint app --no-shellcheck --profile strict --format json | jq -c '.findings[] | select(.fix) | [.line, .rule, .fix]'

# CRLF and a byte-order mark: what is inserted has the file's own kind of lines.
mkdir crlf
{ printf '\357\273\277'; sed '$!s/$/\r/' original; } >crlf/Dockerfile
cp app/app.js crlf/
"$PLIMSOLL" lint crlf --fix --no-shellcheck --profile strict >log 2>&1
check "the mark stays" sh -c 'head -c 3 crlf/Dockerfile | od -An -tx1 | grep -q "ef bb bf"'
check "the same is mended in it" sh -c 'sed "1s/^\xef\xbb\xbf//; s/\r\$//" crlf/Dockerfile | diff -u app/Dockerfile -'
same "no line has another end" "$(wc -l <crlf/Dockerfile | tr -d ' ')" "$(grep -c "$(printf '\r')\$" crlf/Dockerfile)"

# What must not be touched.
printf 'FROM localhost/base:1.0 as b\nRUN <<EOF\n' >open.Dockerfile
cp open.Dockerfile open.copy
"$PLIMSOLL" lint open.Dockerfile --fix --no-shellcheck >log 2>&1
check "a file that does not parse stays as it is" cmp open.copy open.Dockerfile
printf 'FROM localhost/base:1.0 as b\n' >plain.Dockerfile
cp plain.Dockerfile plain.copy
check "standard input is mended to standard output" sh -c '"$PLIMSOLL" lint - --as dockerfile --fix --only from-as-casing <plain.Dockerfile | grep -q "AS b"'
check "and no file with it" cmp plain.copy plain.Dockerfile
mkdir excepted && cp plain.Dockerfile excepted/Dockerfile
printf -- '- rule: from-as-casing\n  reason: so be it\n' >excepted/plimsoll.exceptions.yaml
exits "what is excepted is no finding" 0 sh -c 'cd excepted && "$PLIMSOLL" lint --fix --only from-as-casing'
check "and is not mended" cmp plain.copy excepted/Dockerfile

# A file that cannot be written: said, and the others are mended all the same.
chmod 755 "$work"
mkdir -p shut/closed shut/open && cp plain.Dockerfile shut/closed/Dockerfile && cp plain.Dockerfile shut/open/Dockerfile
chmod 555 shut/closed && chmod 777 shut/open
chmod 666 shut/open/Dockerfile
as=
[ "$(id -u)" != 0 ] || as="setpriv --reuid 65534 --regid 65534 --clear-groups"
# shellcheck disable=SC2086 # words
exits "what could not be written is no success" 3 $as "$PLIMSOLL" lint shut --no-context --fix --only from-as-casing --format json
check "it is said" grep -q "shut/closed/Dockerfile: not mended: .*Permission denied" "$work/err"
same "it is still found" '["shut/closed/Dockerfile"]' "$(jq -c '[.findings[].file]' "$work/out")"
check "it is as it was" cmp plain.copy shut/closed/Dockerfile
check "the other is mended" grep -q "AS b" shut/open/Dockerfile
