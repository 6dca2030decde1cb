#!/usr/bin/env python3
"""Compares plimsoll --profile hadolint with Hadolint itself on Dockerfiles, by code and instruction.
usage: PLIMSOLL=… HADOLINT=… hadolint_compare.py [--write] DIFFERENCES FILE…
DIFFERENCES lists what is known to differ and meant (docs/lint.md says why), one a line:
    path:line CODE hadolint|plimsoll
--write makes it anew. Exit 1 when there is a difference that is not in it, or one in it is gone."""
import json
import os
import pathlib
import subprocess
import sys

top = pathlib.Path(__file__).resolve().parents[2]
plimsoll, hadolint = os.environ["PLIMSOLL"], os.environ["HADOLINT"]
# What RUN does: the other codes are compared by hand (docs/lint.md).
codes = set(
    "DL3001 DL3003 DL3004 DL3008 DL3009 DL3013 DL3014 DL3015 DL3016 DL3018 DL3019 DL3027 DL3028 DL3030 DL3032 DL3033 "
    "DL3034 DL3035 DL3036 DL3037 DL3038 DL3040 DL3041 DL3042 DL3046 DL3047 DL3059 DL3060 DL3062 DL4001 DL4005 DL4006".split())


def run(*command):
    done = subprocess.run(command, capture_output=True, check=False)
    try:
        return json.loads(done.stdout)
    except ValueError:
        return None


def theirs(path):
    """None where Hadolint cannot parse, or dies."""
    found = run(hadolint, "--no-fail", "-f", "json", "--disable-ignore-pragma", path)
    if found is None or any(f["code"] == "DL1000" for f in found):
        return None
    return {(f["line"], f["code"]) for f in found if f["code"] in codes}


def ours(path):
    parsed = run(plimsoll, "dockerfile", "parse", path)
    found = run(plimsoll, "lint", "--offline", "--no-shellcheck", "--as", "dockerfile", "--profile", "hadolint",
                "--format", "json", path)
    if parsed is None or found is None:
        return None
    start = {}
    for instruction in parsed["instructions"]:
        for line in range(instruction["start"], instruction["end"] + 1):
            start[line] = instruction["start"]
    return {(start.get(f["line"], f["line"]), code) for f in found["findings"] for code in f["codes"] if code in codes}


arguments = sys.argv[1:]
write = "--write" in arguments
arguments = [a for a in arguments if a != "--write"]
known_file, files = pathlib.Path(arguments[0]), arguments[1:]
differences, same, skipped = set(), 0, 0
for name in files:
    path = str(pathlib.Path(name).resolve())
    a, b = theirs(path), ours(path)
    if a is None or b is None:
        skipped += 1
        continue
    same += len(a & b)
    short = pathlib.Path(path).relative_to(top)
    differences |= {f"{short}:{line} {code} hadolint" for line, code in a - b}
    differences |= {f"{short}:{line} {code} plimsoll" for line, code in b - a}
if write:
    known_file.write_text("".join(line + "\n" for line in sorted(differences)))
known = set(known_file.read_text().split("\n")) - {""}
for line in sorted(differences - known):
    print("new: " + line)
for line in sorted(known - differences):
    print("gone: " + line)
print(f"{same} findings the same, {len(differences)} meant to differ, {skipped} files that Hadolint cannot parse")
sys.exit(1 if differences != known else 0)
