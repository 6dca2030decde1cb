#!/bin/sh
# How archives/ was made: make_archives.sh MAKE_IMAGE, with skopeo, in this folder. Small images as the tools of the
# field write them.
set -eu
make_image=$1
out=$(pwd)/archives
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$out"
cd "$work"
cat >two <<'EOS'
image demo:1
layer ADD base.tar /
text etc/os-release ID=alpine\nVERSION_ID=3.16.9\n
history ENV A=b
layer RUN rm /etc/old
whiteout etc/old
config env A=b
config user 1000
config cmd sh
config label org.x=y
image demo:2
config architecture arm64
layer RUN x
same 0
EOS
cat >platforms <<'EOS'
image app:1
layer one
text name amd64
image app:1
config architecture arm64
config variant v8
layer one
text name arm64
image app:1
config architecture arm
config variant v7
layer one
same 0
EOS
printf 'image foo/bar:9\nlayer one\ntext a b\n' >one
"$make_image" -o "$out/two.tar" two
"$make_image" --format oci-archive -o "$out/platforms.tar" platforms
"$make_image" --format oci -o one.oci one
skopeo copy -q oci:one.oci:foo/bar:9 "docker-archive:$out/skopeo.tar:foo/bar:9"
gzip -9nc "$out/skopeo.tar" >"$out/skopeo.tar.gz"
zstd -q -19 "$out/platforms.tar" -o "$out/platforms.tar.zst" -f
# Docker since 25: an OCI layout whose blobs manifest.json names, too.
mkdir new && tar -C new -xf "$out/skopeo.tar"
config=$(cd new && ls | grep -E '^[0-9a-f]{64}\.json$' | sed 's/\.json//')
layer=$(cd new && ls | grep -E '^[0-9a-f]{64}\.tar$' | sed 's/\.tar//')
mkdir -p docker25/blobs/sha256
cp "new/$config.json" "docker25/blobs/sha256/$config"
cp "new/$layer.tar" "docker25/blobs/sha256/$layer"
printf '{"imageLayoutVersion":"1.0.0"}' >docker25/oci-layout
printf '{"schemaVersion":2,"manifests":[]}' >docker25/index.json
printf '[{"Config":"blobs/sha256/%s","RepoTags":["foo/bar:9"],"Layers":["blobs/sha256/%s"]}]' "$config" "$layer" \
    >docker25/manifest.json
tar -C docker25 --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -cf "$out/docker25.tar" .
# Docker before 1.10: only `repositories` and parents.
mkdir -p old/aaaa old/bbbb
cp "new/$layer.tar" old/aaaa/layer.tar
ln -s ../aaaa/layer.tar old/bbbb/layer.tar
printf '{"id":"aaaa"}' >old/aaaa/json
printf '{"id":"bbbb","parent":"aaaa","os":"linux","architecture":"amd64"}' >old/bbbb/json
printf '{"busybox":{"latest":"bbbb"}}' >old/repositories
tar -C old --sort=name --owner=0 --group=0 --numeric-owner --mtime=@0 -cf "$out/legacy.tar" aaaa bbbb repositories
