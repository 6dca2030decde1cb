#!/bin/sh
# check, backup and restore, beside a running server: damaged and missing blobs, orphans, damaged rows, a full disk and
# one that nobody may write to.
. "$(dirname "$0")/lib.sh"
need python3
data=$work/data
serve
push() { python3 "$here/registry_push.py" "$url" push "$@"; }
pull() { python3 "$here/registry_push.py" "$url" pull "$@"; }
blob_file() { # digest
    hex=${1#sha256:}
    printf '%s/blobs/sha256/%.2s/%s' "$data" "$hex" "$hex"
}
create() { check "repository $1" curl -sf -o /dev/null -u "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" --aws-sigv4 aws:amz:us-east-1:ecr \
    -H 'Content-Type: application/x-amz-json-1.1' -H 'X-Amz-Target: AmazonEC2ContainerRegistry_V20150921.CreateRepository' \
    -d "{\"repositoryName\":\"$1\"}" "$url/"; }
create team/app
create team/other
push team/app v1 1 3 300000 >/dev/null || fail "push"
push team/app v2 2 2 100000 >/dev/null || fail "push"
push team/other v1 1 3 300000 >/dev/null || fail "push"

# Whole, and beside the running server.
exits "check of a sound folder" 0 "$PLIMSOLL" check "$data"
grep -q 'all is as it should be' "$work/out" || fail "check says so: $(cat "$work/out")"

# A backup while pushes and deletes go on; the next one copies only what is new.
python3 "$here/registry_push.py" "$url" churn team/app 4 >"$work/churned" 2>&1 &
churn=$!
sleep 0.5
for round in 1 2 3; do
    exits "backup $round while pushes go on" 0 "$PLIMSOLL" backup "$data" "$work/backup"
    exits "restore of backup $round" 0 "$PLIMSOLL" restore "$work/backup" "$work/restored$round"
    exits "check of what was restored" 0 "$PLIMSOLL" check "$work/restored$round"
    grep -q 'all is as it should be' "$work/out" || fail "restored $round: $(cat "$work/out")"
done
exits "a backup to one file while pushes go on" 0 "$PLIMSOLL" backup "$data" "$work/backup.tar"
exits "restore of the file" 0 "$PLIMSOLL" restore "$work/backup.tar" "$work/restored-file"
exits "check of what was restored from the file" 0 "$PLIMSOLL" check "$work/restored-file"
grep -q 'all is as it should be' "$work/out" || fail "restored from the file: $(cat "$work/out")"
check "tar reads it" tar tf "$work/backup.tar"
same "the database is its last member" registry.db "$(tar tf "$work/backup.tar" | tail -n 1)"
mkdir "$work/unpacked" && tar xf "$work/backup.tar" -C "$work/unpacked"
exits "it unpacks to a folder that restores" 0 "$PLIMSOLL" restore "$work/unpacked" "$work/restored-unpacked"
head -c 200000 "$work/backup.tar" >"$work/cut.tar"
exits "a file that was cut restores nothing" 3 "$PLIMSOLL" restore "$work/cut.tar" "$work/restored-cut"
[ ! -e "$work/restored-cut" ] && ok "and leaves nothing" || fail "a cut backup made a folder"
mkdir "$work/restored-empty" "$work/restored-used" && echo mine >"$work/restored-used/mine"
exits "nor where there is an empty folder" 3 "$PLIMSOLL" restore "$work/cut.tar" "$work/restored-empty"
same "which stays as it was" "" "$(ls -A "$work/restored-empty")"
exits "nor where there is something" 3 "$PLIMSOLL" restore "$work/cut.tar" "$work/restored-used"
same "which is left alone" mine "$(cat "$work/restored-used/mine")"
head -c 200000 /dev/urandom >"$work/noise.tar"
exits "a file that is none" 3 "$PLIMSOLL" restore "$work/noise.tar" "$work/restored-noise"
wait $churn || fail "the churn failed: $(cat "$work/churned")"
exits "backup of what is quiet" 0 "$PLIMSOLL" backup "$data" "$work/backup"
exits "and again" 0 "$PLIMSOLL" backup "$data" "$work/backup"
grep -q ', 0 of 0 bytes copied' "$work/out" || fail "the second copies nothing: $(cat "$work/out")"
exits "no restore over a data folder" 2 "$PLIMSOLL" restore "$work/backup" "$data"
exits "no backup into itself" 2 "$PLIMSOLL" backup "$data" "$data"
exits "no backup of what is none" 3 "$PLIMSOLL" backup "$work" "$work/none"
exits "no check of what is none" 3 "$PLIMSOLL" check "$work"

# What was restored serves the same bytes.
(
    data=$work/restored3
    serve
    check "the restored registry serves v1" pull team/app v1
    check "the restored registry serves team/other" pull team/other v1
    kill $pid
    wait $pid
)

# An orphan is noted, and no trouble; --repair removes it.
orphan=$data/blobs/sha256/ab/ab00000000000000000000000000000000000000000000000000000000000000
mkdir -p "${orphan%/*}" && echo nobody >"$orphan"
exits "an orphan is no trouble" 0 "$PLIMSOLL" check --quick "$data"
grep -q '^note .* 1 files that nothing names' "$work/out" || fail "the orphan is noted: $(cat "$work/out")"
exits "--repair with an orphan" 0 "$PLIMSOLL" check --quick --repair "$data"
[ ! -e "$orphan" ] && ok "the orphan is gone" || fail "the orphan is still there"

# A damaged blob, a missing one: told, with the images that need them.
python3 "$here/registry_push.py" "$url" blobs team/app v2 >"$work/layers"
damaged=$(sed -n 1p "$work/layers") missing=$(sed -n 2p "$work/layers")
printf X | dd of="$(blob_file "$damaged")" bs=1 seek=100 conv=notrunc 2>/dev/null
rm "$(blob_file "$missing")"
exits "damage is found" 1 "$PLIMSOLL" check "$data"
grep -q "^lost .*$damaged has other bytes than its digest says; push again: v2" "$work/out" || fail "the damaged one is told: $(cat "$work/out")"
grep -q "^lost .*$missing has no file; push again: v2" "$work/out" || fail "the missing one is told: $(cat "$work/out")"
exits "a quick check sees what is missing only" 1 "$PLIMSOLL" check --quick "$data"
grep -q "$damaged" "$work/out" && fail "it read blobs: $(cat "$work/out")"
exits "a backup tells what it could not copy" 1 "$PLIMSOLL" backup "$data" "$work/backup2"
same "and how much" 2 "$(grep -c '^lost' "$work/out")"
exits "--repair takes them out" 1 "$PLIMSOLL" check --repair "$data"
same "and tells each once" 2 "$(grep -c '^lost' "$work/out")"
check "a push brings the lost ones back" push team/app v2 2 2 100000
check "the image is whole again" pull team/app v2
exits "all is well" 0 "$PLIMSOLL" check "$data"
grep -q 'all is as it should be' "$work/out" || fail "all is well: $(cat "$work/out")"

# Rows that do not agree.
if command -v python3 >/dev/null && python3 -c 'import sqlite3' 2>/dev/null; then
    rows() { python3 - "$data/registry.db" "$1" <<'EOF'
import sqlite3, sys
base = sqlite3.connect(sys.argv[1], timeout=30)
changed = base.execute(sys.argv[2]).rowcount
base.commit()
sys.exit(changed < 1)
EOF
    }
    tells() { # what statement expected
        check "$1: the damage is done" rows "$2"
        exits "$1 is found" 1 "$PLIMSOLL" check --quick "$data"
        grep -qE "^wrong .*$3" "$work/out" || fail "$1 is told: $(cat "$work/out")"
        exits "$1 is mended" 0 "$PLIMSOLL" check --quick --repair "$data"
        grep -qE "^mended .*$3" "$work/out" || fail "$1 is mended and told: $(cat "$work/out")"
        exits "$1: nothing is left" 0 "$PLIMSOLL" check --quick "$data"
        grep -q 'all is as it should be' "$work/out" || fail "$1: $(cat "$work/out")"
    }
    tells "a counter" "UPDATE rows SET value = CAST('7' AS BLOB) WHERE kind = 'counter' AND name = CAST('bytes' AS BLOB)" 'counts 7 bytes'
    tells "a missing reference" "DELETE FROM rows WHERE kind = 'reference' AND instr(name, CAST('$damaged' AS BLOB)) = 1" 'nothing kept'
    tells "a tag of nothing" "INSERT INTO rows SELECT kind, scope, CAST('ghost' AS BLOB), CAST('{\"digest\":\"sha256:0000000000000000000000000000000000000000000000000000000000000000\"}' AS BLOB) FROM rows WHERE kind = 'tag' AND name = CAST('v2' AS BLOB)" 'the tag ghost points to nothing'
    tells "a row of a blob's file" "DELETE FROM rows WHERE kind = 'blobfile' AND instr(name, CAST('$damaged' AS BLOB)) = 1" 'does not hold its file'
    tells "a document that another repository has" "UPDATE rows SET value = CAST('{}' AS BLOB) WHERE kind = 'document' AND instr(scope, CAST('team/other' AS BLOB)) > 1" 'another repository has it'
    check "and it pulls" pull team/other v1
else
    echo "skip $scenario: rows that do not agree: python3 has no sqlite3"
fi

# A damaged database is said to be one.
mkdir "$work/broken" && cp "$work/backup/registry.db" "$work/broken/"
head -c 3000 /dev/urandom | dd of="$work/broken/registry.db" bs=1 seek=100 conv=notrunc 2>/dev/null
"$PLIMSOLL" check "$work/broken" >"$work/out" 2>"$work/err"
case $? in
1 | 3) ok "a damaged database is told of" ;;
*) fail "a damaged database: exit $?: $(cat "$work/out" "$work/err")" ;;
esac
head -c 100000 /dev/urandom >"$work/broken/registry.db"
exits "a database that is none" 3 "$PLIMSOLL" check "$work/broken"

# A damaged backup restores what it has, and says what it has not.
hex=$(find "$work/backup/blobs" -type f | head -n 1)
printf X | dd of="$hex" bs=1 seek=10 conv=notrunc 2>/dev/null
exits "a damaged backup" 1 "$PLIMSOLL" restore "$work/backup" "$work/restored-damaged"
grep -q "^lost .*$(basename "$hex"): it has other bytes" "$work/out" || fail "which blob: $(cat "$work/out")"

# Disks: full, and read-only.
mkdir "$work/small"
if [ "$(id -u)" = 0 ] && mount -t tmpfs -o size=600k none "$work/small" 2>/dev/null; then
    exits "a full disk, to a file" 3 "$PLIMSOLL" backup "$data" "$work/small/backup.tar"
    [ -z "$(ls "$work/small")" ] && ok "and leaves nothing" || fail "a half file is left: $(ls "$work/small")"
    exits "a full disk" 3 "$PLIMSOLL" backup "$data" "$work/small/backup"
    grep -qiE 'no space|disk is full' "$work/err" || fail "it says why: $(cat "$work/err")"
    [ ! -e "$work/small/backup/registry.db" ] && ok "and leaves no copy that looks whole" || fail "a half copy looks whole"
    umount "$work/small"
    mount -t tmpfs -o size=60m none "$work/small"
    cp -r "$work/restored1" "$work/small/data"
    mount -o remount,ro "$work/small"
    exits "check on a read-only disk" 0 "$PLIMSOLL" check "$work/small/data"
    exits "backup from a read-only disk" 0 "$PLIMSOLL" backup "$work/small/data" "$work/backup3"
    exits "no --repair there" 3 "$PLIMSOLL" check --repair "$work/small/data"
    umount "$work/small"
else
    echo "skip $scenario: disks: no tmpfs can be mounted here"
fi
kill $pid && wait $pid
exits "check after the server's end" 0 "$PLIMSOLL" check "$data"
