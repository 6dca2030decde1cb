#!/bin/sh
# size: images with known waste, the numbers exact; totals against a reading of the same tars by Python's tarfile; hostile
# layers; budgets; comparing; the page in a browser.
. "$(dirname "$0")/lib.sh"
need jq
need python3
make_image=$BUILD/tests/tools/make-image
[ -x "$make_image" ] || skip "no make-image in $BUILD"
case $make_image in /*) ;; *) make_image=$PWD/$make_image ;; esac
case $PLIMSOLL in /*) ;; *) PLIMSOLL=$PWD/$PLIMSOLL ;; esac
export PLIMSOLL
cd "$work" || exit 1
size() { "$PLIMSOLL" size "$@"; }

cat >valid.py <<'PYTHON'
import json, sys
from jsonschema import Draft202012Validator
schema, document = (json.load(open(name, encoding="utf-8")) for name in sys.argv[1:3])
Draft202012Validator.check_schema(schema)
errors = list(Draft202012Validator(schema).iter_errors(document))
for error in errors[:10]:
    print("/".join(map(str, error.absolute_path)), error.message[:300])
sys.exit(bool(errors))
PYTHON
valid() { # SCHEMA FILE
    if python3 -c 'import jsonschema' 2>/dev/null; then
        check "$2 is as docs/schema/$1.json says" python3 valid.py "$here/../../docs/schema/$1.json" "$2"
    else
        echo "skip $scenario: python3-jsonschema is not installed, $2 is not checked"
    fi
}

# --- known waste: bytes of a generator, so that they compress and are not alike ---
python3 - <<'EOF'
import random
random.seed(7)
for name, size in [("app", 300000), ("data", 200000), ("tmp", 150000), ("cache", 40000), ("doc", 30000), ("gcc", 70000),
                   ("lib", 90000), ("twice", 25000), ("test", 5000), ("dev", 8000)]:
    open(name, "wb").write(bytes(random.choices(range(64), k=size)))
EOF
printf 'P:gcc\nV:12.2-r1\nI:99000\nF:usr/bin\nR:gcc\n\nP:musl\nV:1.2-r0\nI:111\nF:lib\nR:ld\n' >installed
printf '{"packages":{"node_modules/only-dev":{"version":"3.0.0","dev":true},"node_modules/left":{"version":"1.0.0"}}}' >lock
cat >spec <<'EOF'
image app:1
layer /bin/sh -c #(nop) ADD file:rootfs in /
text etc/os-release ID=alpine\nVERSION_ID=3.19.0\n
file lib/apk/db/installed 644 < installed
file usr/bin/gcc 755 < gcc
file lib/ld 755 < lib
file srv/app/main 755 < app
file srv/app/data 644 < data
layer RUN wget source && make && npm ci
file tmp/source.tar 644 < tmp
file srv/twice 644 < twice
file app/node_modules/.package-lock.json 644 < lock
text app/node_modules/left/package.json {"version":"1.0.0"}
file app/node_modules/left/index.js 644 < doc
file app/node_modules/left/test/fixture 644 < test
file app/node_modules/only-dev/index.js 644 < dev
history ENV A=b
layer RUN rm /tmp/source.tar && chown -R app /srv
whiteout tmp/source.tar
file srv/app/data 600 < data
file opt/twice 644 < twice
hardlink opt/again opt/twice
file var/cache/apk/APKINDEX.tar.gz 644 < cache
file usr/share/doc/app/README 644 < doc
EOF
"$make_image" --format oci-archive -o app.tar spec || exit 1
exits "size of an OCI archive" 0 size app.tar --format json=size.json --top 1000
valid size size.json
number() { jq -r "$1" size.json; }
same "deleted: only what a whiteout takes" 150000 "$(number .waste.kinds.deleted)"
same "copied: the same bytes again for another mode" 200000 "$(number .waste.kinds.copied)"
same "nothing is called overwritten" 0 "$(number .waste.kinds.overwritten)"
same "a package manager's cache" 40000 "$(number .waste.kinds.cache)"
same "documentation" 30000 "$(number .waste.kinds.docs)"
same "build tools: the compiler's package, and npm's for development" 78000 "$(number .waste.kinds.build)"
same "a library's tests" 5000 "$(number .waste.kinds.tests)"
same "the same content twice; a hard link is none, what is waste already neither" 25000 "$(number .waste.kinds.duplicate)"
same "waste adds up" "$(number '[.waste.kinds[]] | add')" "$(number .waste.size)"
same "the row names both layers" "2 3" "$(number '.waste.rows[] | select(.kind == "deleted") | "\(.layer) \(.by)"')"
same "the guide's advice stands in each row" 0 "$(number '[.waste.rows[] | select(.guide == "" or .advice == "")] | length')"
same "the instruction without the engine's words" "ADD file:rootfs in /" "$(number '.layers[0].created_by')"
same "an empty layer of the history is none of its own" 3 "$(number '.layers | length')"
same "a package's files by its database" "70000 12.2-r1 99000" \
    "$(number '.packages[] | select(.name == "gcc") | "\(.size) \(.version) \(.declared)"')"
same "an npm package with all below it" $((30000 + 5000 + 19)) \
    "$(number '.packages[] | select(.name == "left") | .size')"
same "a file's fate" "deleted 3" "$(number '.files[] | select(.path == "tmp/source.tar") | "\(.fate) \(.by)"')"

# --- the same totals as by another program ---
cat >oracle.py <<'PYTHON'
"""Sizes of an OCI archive by Python's tarfile alone: stored, unpacked, and what is seen with whiteouts applied."""
import io, json, sys, tarfile
outer = tarfile.open(sys.argv[1])
read = lambda name: outer.extractfile(name).read()
blob = lambda digest: read("blobs/" + digest.replace(":", "/"))
index = json.loads(read("index.json"))
manifest = json.loads(blob(index["manifests"][0]["digest"]))
stored = unpacked = 0
seen = {}
for layer in manifest["layers"]:
    data = blob(layer["digest"])
    stored += len(data)
    here, gone = {}, []
    for member in tarfile.open(fileobj=io.BytesIO(data)):
        path = member.name.strip("/")
        folder, _, base = path.rpartition("/")
        if base == ".wh..wh..opq":
            gone += [old for old in seen if old.startswith(folder + "/")]
        elif base.startswith(".wh."):
            name = (folder + "/" if folder else "") + base[4:]
            gone += [old for old in seen if old == name or old.startswith(name + "/")]
        elif member.isreg():
            unpacked += member.size
            here[path] = (layer["digest"], path, member.size)
        elif member.islnk():
            link = member.linkname.strip("/")
            here[path] = here.get(link) or seen.get(link) or (0, 0, 0)
        elif not member.isdir():
            here[path] = (layer["digest"], path, 0)
    for name in gone:
        seen.pop(name, None)
    seen.update(here)
print(stored, unpacked, sum({(d, p): s for d, p, s in seen.values()}.values()))
PYTHON
same "stored, unpacked and seen as Python's tarfile counts them" "$(python3 oracle.py app.tar)" \
    "$(number '"\(.stored) \(.unpacked) \(.visible)"')"

# A real tree of this machine, in two layers, the second of which removes a part of it.
mkdir tree
for each in /usr/share/perl5 /usr/share/perl /usr/lib/python3 /etc; do
    [ -d "$each" ] && cp -aL "$each" tree/ 2>/dev/null
    [ "$(find tree -type f | head -50 | wc -l)" = 50 ] && break
done
du_bytes=$(find tree -type f -printf '%s\n' | awk '{s += $1} END {print s}')
first=$(cd tree && find . -mindepth 2 -maxdepth 2 -type d | sort | head -1 | cut -c3-)
printf 'image real:1\nlayer COPY tree /srv\ntree %s srv\nlayer RUN rm\nwhiteout srv/%s\n' "$work/tree" "$first" >real.spec
"$make_image" --format oci-archive --compression zstd -o real.tar real.spec || exit 1
"$make_image" --format oci-archive -o real-gzip.tar real.spec || exit 1
exits "a tree of this machine, stored with zstd" 0 size real.tar --format json=size.json --top 100000
really=$(number .stored) unpacked=$(number .unpacked)
exits "the same with gzip" 0 size real-gzip.tar --format json=size.json --top 100000
same "unpacked is the same however it is stored" "$unpacked" "$(number .unpacked)"
same "the tree as Python's tarfile counts it" "$(python3 oracle.py real-gzip.tar)" \
    "$(number '"\(.stored) \(.unpacked) \(.visible)"')"
same "unpacked is what find counts" "$du_bytes" "$(number .unpacked)"
# make-image has a level of its own, and samples are samples.
guessed=$(number '.savings.compression.estimate // .stored')
check "the estimate for zstd, $guessed, is near what zstd really gave, $really" \
    awk -v a="$guessed" -v b="$really" 'BEGIN { exit !(a > b * 0.7 && a < b * 1.3) }'

# --- symbols in programs, against strip ---
if command -v gcc >/dev/null && command -v strip >/dev/null; then
    python3 - >big.c <<'EOF'
for i in range(400):
    print(f"struct s{i} {{ int a; struct s{i} *next; }} v{i}; int f{i}(int x) {{ return x + v{i}.a; }}")
print("int main(void) { return f1(1); }")
EOF
    gcc -g3 -O1 -o prog big.c && strip -o stripped prog
    printf 'layer COPY prog\nfile srv/prog 755 < prog\n' >prog.spec
    "$make_image" --format oci-archive --tag p:1 -o prog.tar prog.spec
    exits "a program with debug information" 0 size prog.tar --format json=size.json
    taken=$(($(stat -c %s prog) - $(stat -c %s stripped))) told=$(number .waste.kinds.debug)
    check "what is told, $told bytes, is what strip takes, $taken" \
        awk -v told="$told" -v taken="$taken" 'BEGIN { exit !(told > taken * 0.95 && told < taken * 1.05) }'
else
    echo "skip $scenario: no gcc and strip here, symbols are not compared with strip"
fi

# --- budgets ---
exits "a budget that is kept" 0 size app.tar --budget 1GB
exits "a budget that is exceeded" 1 size app.tar --budget 100kB
check "and by how much is said" grep -q 'over it by' out
exits "a budget of the unpacked size" 1 size app.tar --budget-unpacked 0.5MB
exits "a budget of waste" 1 size app.tar --budget-waste 100kB --format json=budget.json
same "is told" "100000 true" "$(jq -r '.budget | "\(.waste) \(.over)"' budget.json)"
valid size budget.json
exits "both kept" 0 size app.tar --budget 60MB --budget-unpacked 60MiB
exits "a budget that is no size" 2 size app.tar --budget sixty
exits "no such image" 3 size absent.tar --offline
printf '{"bomFormat":"CycloneDX","specVersion":"1.5","components":[]}' >a.cdx.json
exits "an SBOM has no bytes" 3 size a.cdx.json

# --- comparing ---
sed 's/image app:1/image app:2/; s|^file srv/app/main.*|file srv/app/main 755 < data|' spec >spec2
printf 'file srv/new 644 < tmp\n' >>spec2
"$make_image" --format oci-archive -o app2.tar spec2 || exit 1
exits "two images" 0 size app.tar app2.tar --format json=compare.json --top 100
valid size-compare compare.json
same "what shrank and what is new" "srv/app/main 300000 200000,srv/new 0 150000" \
    "$(jq -r '[.files[] | "\(.name) \(.before) \(.after)"] | sort | join(",")' compare.json)"
same "the layer that is in both" 1 "$(jq .layers_shared compare.json)"
same "an image against itself has no difference" "0 0 0" \
    "$(size app.tar app.tar --format json | jq -r '"\(.layers | length) \(.files | length) \(.packages | length)"')"
exits "a comparison has no page" 2 size app.tar app2.tar --format html=x.html
exits "the second's budget holds" 1 size app.tar app2.tar --budget 100kB

# --- other inputs ---
"$make_image" -o plain.tar spec || exit 1
exits "an uncompressed docker archive" 0 size plain.tar --format json=size.json
same "it is read whole, too" 150000 "$(number .waste.kinds.deleted)"
same "and is said to be uncompressed" false "$(number .compressed)"
exits "a folder that is a root" 0 size dir:tree --format json=size.json
same "its files as find counts them" "$du_bytes" "$(number .unpacked)"

# --- hostile layers ---
python3 - <<'EOF'
import gzip, tarfile
# More files than are kept one by one (300,000).
with gzip.open("many.tar.gz", "wb", compresslevel=1) as out:
    header = tarfile.TarInfo("x")
    header.size = 1
    for i in range(400000):
        header.name = f"srv/d{i % 5}/f{i}"
        out.write(header.tobuf(tarfile.USTAR_FORMAT) + b"a" + b"\0" * 511)
    out.write(b"\0" * 1024)
# A bomb: 4 GiB of zeros in 4 MiB.
with gzip.open("bomb.tar.gz", "wb", compresslevel=9) as out:
    header = tarfile.TarInfo("zeros")
    header.size = 4 << 30
    out.write(header.tobuf(tarfile.GNU_FORMAT))
    block = b"\0" * (1 << 20)
    for _ in range(4 << 10):
        out.write(block)
EOF
exits "400,000 files in a layer" 0 size many.tar.gz --format json=size.json
same "all are counted" 400000 "$(number '.layers[0].files')"
same "and their bytes" 400000 "$(number .unpacked)"
same "those beyond the limit by sum" 100000 "$(number .not_listed.files)"
exits "a compression bomb with --strict" 4 size bomb.tar.gz --strict
check "is named so" grep -q 'compression bomb' out
head -c 20000 app.tar >cut.tar
exits "an archive cut short" 3 size cut.tar
printf 'image evil:1\nlayer RUN \033[31mred\ntext a/\033]0;title\007b x\ntext <script>alert(1)</script> yyyy\n' >evil.spec
"$make_image" --format oci-archive -o evil.tar evil.spec
exits "names with escape sequences" 0 size evil.tar
escape=$(printf '\033')
check "are shown, not obeyed" sh -c "! grep -q '$escape' out"
exits "as a page" 0 size evil.tar --format html=evil.html
check "are text there" sh -c "! grep -q '<script>alert' evil.html"

# --- the page, in a browser ---
size app.tar --format html=size.html --format markdown=size.md --top 20 || fail "html"
check "the page brings all it needs" sh -c '! grep -E " (src|href)=" size.html | grep -qv "href=\"data:,\""'
check "markdown has the table of layers" grep -q '| layer | stored |' size.md
if command -v chromium >/dev/null 2>&1; then
    # What a person does by keys: into the first box, out of it, to others; then what came of it in the title.
    cat >probe.js <<'EOF'
addEventListener("load", () => {
    const map = document.getElementById("map"), box = b => b.getBoundingClientRect();
    const key = k => document.activeElement.dispatchEvent(new KeyboardEvent("keydown", {key: k, bubbles: true}));
    const first = map.querySelector('[tabindex="0"]');
    first.focus();
    const before = box(first).width, boxes = [...map.querySelectorAll(".b")];
    const within = boxes.every(b => {
        const p = box(b.parentElement), r = box(b);
        return r.left >= p.left - 2 && r.right <= p.right + 2 && r.top >= p.top - 2 && r.bottom <= p.bottom + 2;
    });
    key("Enter");
    const opens = document.querySelectorAll(".open").length > 0 && box(first).width > before;
    const inside = document.activeElement !== first;
    key("Escape");
    const closes = document.querySelectorAll(".open").length === 0;
    key("ArrowRight");
    const moved = document.activeElement.classList.contains("b") && document.activeElement !== first;
    document.title = JSON.stringify({boxes: boxes.length > 8, within, opens, inside, closes, moved});
});
EOF
    python3 - <<'EOF'
page, probe = open("size.html").read(), open("probe.js").read()
open("probe.html", "w").write(page.replace("</body>", f"<script>{probe}</script></body>"))
EOF
    timeout 60 chromium --headless --no-sandbox --disable-gpu --disable-dev-shm-usage --user-data-dir="$work/chromium" \
        --window-size=1280,900 --dump-dom "file://$work/probe.html" >dom 2>console
    same "boxes lie in their folders; keys open, close and move" \
        '{"boxes":true,"within":true,"opens":true,"inside":true,"closes":true,"moved":true}' \
        "$(sed -n 's|.*<title>\({[^<]*\)</title>.*|\1|p' dom)"
else
    echo "skip $scenario: no chromium here, the page is not opened"
fi
