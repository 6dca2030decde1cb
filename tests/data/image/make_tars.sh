#!/bin/sh
# How the files of tar/ were made: GNU tar, bsdtar and Python each write what is hard about tar; Python's tarfile, a
# reader that shares nothing with ours, says what is in them (tar/*.list: type, size, mode, hash of the content, path,
# link). Run in this folder with GNU tar, bsdtar, python3.
set -eu
here=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
long=$(printf 'd%.0s' $(seq 1 120))
mkdir -p src/etc "src/long/$long/$long"
echo hello >src/etc/hello
ln src/etc/hello src/etc/hard
ln -s hello src/etc/soft
echo deep >"src/long/$long/$long/file"
ln -s "$long/$long/file" src/long/link
mkfifo src/pipe
: >src/empty
printf 'x' >src/ünï
chmod -R u=rwX,go=rX src
truncate -s 3M sparse
printf 'start' | dd of=sparse conv=notrunc status=none
printf 'middle' | dd of=sparse bs=1 seek=1048576 conv=notrunc status=none
for i in 0 1 2 3 4 5 6 7 8 9 10 11; do
    printf "x$i" | dd of=many bs=1 seek=$((i * 65536)) conv=notrunc status=none
done
same='--sort=name --owner=0 --group=0 --numeric-owner --mtime=@1600000000'
out=$here/tar
mkdir -p "$out"
for format in gnu oldgnu posix; do tar -C src $same --format=$format -cf "$out/gnutar-$format.tar" .; done
tar -C src $same --format=v7 -cf "$out/gnutar-v7.tar" etc empty
tar -C src $same --format=ustar --exclude=long -cf "$out/gnutar-ustar.tar" .
tar $same --format=gnu -S -cf "$out/sparse-old.tar" sparse
for version in 0.0 0.1 1.0; do
    tar $same --format=posix -S --sparse-version=$version -cf "$out/sparse-$version.tar" sparse
done
tar $same --format=gnu -S -cf "$out/sparse-many.tar" many src/etc/hello
bsdtar -C src --format pax --uid 0 --gid 0 -cf "$out/bsdtar-pax.tar" etc long empty
bsdtar -C src --format gnutar --uid 0 --gid 0 -cf "$out/bsdtar-gnutar.tar" etc long empty
bsdtar -C src --format ustar --uid 0 --gid 0 -cf "$out/bsdtar-ustar.tar" etc empty
OUT=$out python3 - <<'EOP'
import glob, hashlib, io, os, posixpath, tarfile
out = os.environ['OUT'] + '/'
def add(tar, name, data=b'', **more):
    info = tarfile.TarInfo(name)
    info.size, info.mtime = len(data), 1600000000
    for key, value in more.items():
        setattr(info, key, value)
    tar.addfile(info, io.BytesIO(data) if data else None)
for name, form in ('pax', tarfile.PAX_FORMAT), ('gnu', tarfile.GNU_FORMAT):
    with tarfile.open(out + f'python-{name}.tar', 'w', format=form) as tar:
        add(tar, './etc/os-release', b'ID=x\n'), add(tar, '/absolute', b'a'), add(tar, '../../up/and/away', b'b')
        add(tar, 'a//b/./c/../d', b'c'), add(tar, 'big-uid', uid=2**40, gid=2**35), add(tar, 'ü' * 80, b'u')
        add(tar, 'l', type=tarfile.SYMTYPE, linkname='x' * 150)
        add(tar, 'h', type=tarfile.LNKTYPE, linkname='./etc/os-release')
        add(tar, 'dev', type=tarfile.CHRTYPE, devmajor=1, devminor=3), add(tar, 'neg', mtime=-5)
with tarfile.open(out + 'whiteouts.tar', 'w') as tar:
    for name in ('etc/.wh.gone', '.wh.top', 'var/cache/.wh..wh..opq', '.wh..wh..opq', '.wh..wh.plnk/12.34',
                 '.wh..wh.aufs', 'x/.wh.', 'x/.wh..', 'x/.wh...'):
        add(tar, name)
    add(tar, 'etc/kept', b'k'), add(tar, './dir/.wh.a b')
kinds = {tarfile.LNKTYPE: 'h', tarfile.SYMTYPE: 'l', tarfile.DIRTYPE: 'd', tarfile.FIFOTYPE: 'p', tarfile.CHRTYPE: 'c'}
clean = lambda path: posixpath.normpath('/' + path).lstrip('/')
for path in sorted(glob.glob(out + '*.tar')):
    lines = []
    for m in tarfile.open(path):
        name, base = clean(m.name), posixpath.basename(clean(m.name))
        if base == '.wh..wh..opq':
            lines.append('opaque ' + posixpath.dirname(name))
        elif base.startswith('.wh.'):
            if not base.startswith('.wh..wh.') and base[4:] not in ('', '.', '..'):
                lines.append('gone ' + posixpath.join(posixpath.dirname(name), base[4:]))
        elif name and not name.startswith('.wh..wh.'):
            kind = kinds.get(m.type, 'f')
            data = tarfile.open(path).extractfile(m).read() if kind == 'f' else b''
            link = {'h': clean(m.linkname), 'l': m.linkname}.get(kind, '')
            lines.append(f'{kind} {m.size if kind == "f" else 0} {m.mode & 0o7777:o} {int(m.mtime)} '
                         f'{hashlib.sha256(data).hexdigest()[:16] if kind == "f" else "-"} {name} {link}'.rstrip())
    open(path[:-3] + 'list', 'w').write(''.join(line + '\n' for line in lines))
EOP
# A global header: Python applies it, container engines do not, and they decide what is installed.
OUT=$out python3 - <<'EOP'
import io, os, tarfile
with tarfile.open(os.environ['OUT'] + '/global.tar', 'w', format=tarfile.PAX_FORMAT, pax_headers={'path': 'evil'}) as tar:
    info = tarfile.TarInfo('good')
    info.mtime = 1600000000
    tar.addfile(info)
EOP
echo 'f 0 644 1600000000 e3b0c44298fc1c14 good' >"$out/global.list"
