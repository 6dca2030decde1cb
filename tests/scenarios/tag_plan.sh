#!/bin/sh
# Plans of tags: hundreds of random ones, judged by a model of their own (tests/oracle), what becomes of some at a registry, and
# the words that a newcomer gets wrong.
. "$(dirname "$0")/lib.sh"
need python3
cd "$work" || exit 1
said() { # WHAT PATTERN: in what `exits` has shown
    check "$1" grep -Eq -e "$2" out err
}

export PLIMSOLL
check "as the model plans" python3 "$here/../oracle/tag_plan_compare.py" --seed 20261124 --count 600

check "and moves what the model moves, and asks for no layer" python3 "$here/../oracle/tag_apply_compare.py" --seed 20261124 --count 40

exits "a release that is none" 2 "$PLIMSOLL" tag apply 127.0.0.1:1/app:build --release 1.2
said "is refused before a registry is asked" 'write 1\.2\.0$'
exits "no release" 2 "$PLIMSOLL" tag plan --existing 1.0.0
said "says the option" 'Say --release, such as 1\.2\.0'
exits "no list" 3 "$PLIMSOLL" tag plan --release 1.0.0 --existing @nothing.txt
said "says which" '--existing @nothing\.txt: .*No such file'
exits "a folder for a list" 3 "$PLIMSOLL" tag plan --release 1.0.0 --existing @.
said "says so" '--existing @\.: .*[Dd]irectory'
exits "a digest that is none" 2 "$PLIMSOLL" tag plan --release 1.0.1 --existing 1.0.0=sha256:abc
said "says what one is" '"sha256:abc" is no digest of 1\.0\.0: write sha256: and 64'
seq 100002 >many
exits "too many tags" 3 "$PLIMSOLL" tag plan --release 1.0.0 --existing @many
said "says how many" 'more than 100000 existing tags'
exits "a full disk" 3 sh -c '"$PLIMSOLL" tag plan --release 1.0.0 >/dev/full'
said "is told" 'No space left'
exits "closed output is held, so that nothing else is opened in its place" 3 sh -c '"$PLIMSOLL" tag plan --release 1.0.0 --existing @/proc/self/fd/1 >&-'
said "is told" 'writing standard output'
exits "closed output" 3 sh -c '"$PLIMSOLL" tag plan --release 1.0.0 >&-'
said "is told" 'writing standard output'
