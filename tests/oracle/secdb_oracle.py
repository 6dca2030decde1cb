#!/usr/bin/env python3
"""An independent judge of apk matching: reads Alpine's secdb and a package database by itself, with an
order of versions of its own, and says which vulnerabilities each package has.

usage: secdb_oracle.py MIRROR RELEASE INSTALLED             prints "package version id fixed" lines, sorted
       secdb_oracle.py MIRROR RELEASE INSTALLED --against F  compares with a JSON report of `plimsoll scan`
                                                             (F may be "-"); exit 1 and the differences

The order follows apk's own description (apk-package(5), "package version"): numbers, a letter, suffixes
_alpha _beta _pre _rc (before the bare version) and _cvs _svn _git _hg _p (after it), ~hash, -rN.
"""
import functools
import json
import os
import re
import sys

FORM = re.compile(r"^(\d+(?:\.\d+)*)([a-z]?)((?:_(?:alpha|beta|pre|rc|cvs|svn|git|hg|p)\d*)*)(~[0-9a-f]+)?(-r\d+)?$")
SUFFIXES = ["alpha", "beta", "pre", "rc", "", "cvs", "svn", "git", "hg", "p"]


def component(text, first):
    """Parts behind the first that begin with 0 are compared as decimal fractions, others as numbers."""
    if not first and text.startswith("0") and len(text) > 1:
        return ("fraction", text)
    return ("number", int(text))


def compare_components(a, b):
    if a[0] == b[0] == "number":
        return (a[1] > b[1]) - (a[1] < b[1])
    left, right = str(a[1]), str(b[1])
    return (left > right) - (left < right)


def parse(version):
    match = FORM.match(version)
    if not match:
        return None
    numbers = [component(part, i == 0) for i, part in enumerate(match.group(1).split("."))]
    suffixes = [(SUFFIXES.index(re.match(r"[a-z]+", word).group()), int(re.sub(r"\D", "", word) or 0))
                for word in match.group(3).split("_")[1:]]
    return numbers, match.group(2), suffixes, int((match.group(5) or "-r0")[2:])


def compare(left, right):
    """-1, 0, 1; None when one is no version."""
    a, b = parse(left), parse(right)
    if a is None or b is None:
        return None
    for x, y in zip(a[0], b[0]):
        order = compare_components(x, y)
        if order:
            return order
    if len(a[0]) != len(b[0]):
        return 1 if len(a[0]) > len(b[0]) else -1
    if a[1] != b[1]:
        return 1 if a[1] > b[1] else -1
    none = (SUFFIXES.index(""), 0)
    for i in range(max(len(a[2]), len(b[2]))):
        x = a[2][i] if i < len(a[2]) else none
        y = b[2][i] if i < len(b[2]) else none
        if x != y:
            return 1 if x > y else -1
    return (a[3] > b[3]) - (a[3] < b[3])


def read_installed(path):
    packages, current = [], {}
    for line in open(path, encoding="utf-8"):
        line = line.rstrip("\n")
        if not line:
            if current:
                packages.append(current)
            current = {}
        elif line[1:2] == ":" and line[0] in "PVo":
            current[line[0]] = line[2:]
    if current:
        packages.append(current)
    return packages


def read_secdb(mirror, release):
    fixes = {}
    folder = os.path.join(mirror, "alpine", release)
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".json"):
            continue
        for item in json.load(open(os.path.join(folder, name)))["packages"]:
            for fixed, texts in item["pkg"]["secfixes"].items():
                for text in texts or []:
                    for word in text.split():
                        fixes.setdefault(item["pkg"]["name"], {}).setdefault(word, set()).add(fixed)
    return fixes


def findings(mirror, release, installed):
    fixes = read_secdb(mirror, release)
    found = set()
    for package in read_installed(installed):
        for vulnerability, versions in fixes.get(package.get("o", package["P"]), {}).items():
            if not vulnerability.startswith("CVE-"):
                continue
            # A mend that was incomplete stands under two versions: only the later one is a fix.
            later = [fixed for fixed in versions if fixed != "0" and compare(package["V"], fixed) == -1]
            if later:
                last = max(later, key=functools.cmp_to_key(compare))
                found.add((package["P"], package["V"], vulnerability, last))
    return found


def reported(path):
    report = json.load(sys.stdin if path == "-" else open(path))
    return {(item["package"]["name"], item["package"]["version"], item["id"], item.get("fixed") or "")
            for item in report["findings"]
            if item["package"]["type"] == "apk" and item["id"].startswith("CVE-")}


def main():
    if len(sys.argv) not in (4, 6):
        sys.exit(__doc__)
    expected = findings(*sys.argv[1:4])
    if len(sys.argv) == 4:
        for row in sorted(expected):
            print(*row)
        return 0
    actual = reported(sys.argv[5])
    for row in sorted(expected - actual):
        print("missing:", *row)
    for row in sorted(actual - expected):
        print("unexpected:", *row)
    print("%d findings expected, %d reported" % (len(expected), len(actual)))
    return 0 if expected == actual else 1


sys.exit(main())
