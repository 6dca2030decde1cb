#!/bin/sh
# Random damage in the pages of the advisory database: a command that reads it may fail with a word, or not notice; it never
# dies of a signal, and never hangs. The damage is made of a seed that is named, so that a failure can be had again.
. "$(dirname "$0")/lib.sh"
need python3
mkdir -p "$work/osv"
python3 - "$work/osv" <<'PY'
import json, sys
for n in range(400):
    json.dump({"id": "GHSA-%04d" % n, "modified": "2026-01-01T00:00:00Z", "aliases": ["CVE-2026-%05d" % n],
               "summary": "a fault " * (n % 40), "affected": [{"package": {"ecosystem": "Go", "name": "example.org/m%d" % (n % 90)},
               "ranges": [{"type": "SEMVER", "events": [{"introduced": "0"}, {"fixed": "1.%d.0" % n}]}]}]},
              open("%s/%d.json" % (sys.argv[1], n), "w"))
PY
export SOURCE_DATE_EPOCH=1795000000 # the same file each time
exits "a database" 0 "$PLIMSOLL" db import osv/Go "$work"/osv/*.json
cp "$PLIMSOLL_DB/data.mdb" "$work/whole.mdb"
python3 - "$PLIMSOLL" "$PLIMSOLL_DB/data.mdb" "$work/whole.mdb" <<'PY'
import random, subprocess, sys
program, file, whole = sys.argv[1:4]
whole = open(whole, "rb").read()
commands = [["scan", "--offline"] + ["pkg:golang/example.org/m%d@1.0.0" % n for n in range(40)],
            ["explain", "CVE-2026-00007", "pkg:golang/example.org/m7@1.0.0"], ["db", "search", "CVE-2026-00007"]]
told = died = 0
for seed in range(80):
    chance = random.Random(seed)
    bytes_ = bytearray(whole)
    for _ in range(chance.choice((1, 8, 64, 512))):
        # Past the two meta pages; half of it in the heads of pages, where their numbers stand.
        at = chance.randrange(8192, len(bytes_))
        if chance.random() < 0.5:
            at = at // 4096 * 4096 + chance.randrange(64)
        bytes_[at] = chance.randrange(256)
    open(file, "r+b").write(bytes_)
    for command in commands:
        try:
            result = subprocess.run([program] + command, capture_output=True, timeout=60)
        except subprocess.TimeoutExpired:
            print("FAIL damage: seed %d hangs: %s" % (seed, command[0]))
            continue
        told += result.returncode == 3
        if result.returncode < 0 or result.returncode > 4:
            died += 1
            print("FAIL damage: seed %d: %s ends with %d: %s" % (seed, " ".join(command[:2]), result.returncode,
                                                                result.stderr[-200:]))
print("ok damage: %d of %d commands said so, none died" % (told, 80 * len(commands)) if told and not died else
      "FAIL damage: %d told, %d died" % (told, died))
PY
