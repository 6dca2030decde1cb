#!/bin/sh
# Each command that --help, the README and docs show is one that plimsoll takes: with --help behind it, it ends with 0.
. "$(dirname "$0")/lib.sh"
need python3
check "examples of --help, and commands of the README and docs" python3 - "$here/../.." <<'PYTHON'
import glob, os, re, shlex, subprocess, sys

program = os.environ["PLIMSOLL"]
seen = wrong = 0


def ask(words):
    return subprocess.run([program, *words, "--help"], capture_output=True, text=True)


def take(where, text):
    """Commands of one line: what stands behind `plimsoll`, up to a pipe, a redirection or a comment."""
    global seen, wrong
    for found in re.findall(r"(?:^|\$ |[|&(] ?|\$\()plimsoll ((?:'[^']*'|\\.|[^|&<>()#'])*)", text):
        words = shlex.split(found.replace("…", "x"))
        done = ask([word for word in words if not word.startswith("[")])
        seen += 1
        if done.returncode:
            wrong += 1
            print(where, words, done.stderr.split("\n")[0])


def walk(path):
    text = ask(path).stdout
    part = {name: (re.search(rf"^{name}\n(.*?)(?:\n\n|\Z)", text, re.S | re.M) or [None, ""])[1] for name in ("Commands", "Examples")}
    for line in re.findall(r"^  (\S.*)", part["Examples"], re.M):
        take("help of " + " ".join(path), line)
    for name in re.findall(r"^  ([a-z][a-z-]*)", part["Commands"], re.M):
        walk([*path, name])


walk([])
for file in [sys.argv[1] + "/README.md", *glob.glob(sys.argv[1] + "/docs/*.md")]:
    code = False
    for line in open(file, encoding="utf-8"):
        if line.startswith("```"):
            code = not code
        elif code and not re.match(r"plimsoll \d", line): # what `serve` says of itself begins so
            take(os.path.basename(file), line.rstrip("\n"))
sys.exit(wrong != 0 or seen < 200)
PYTHON
