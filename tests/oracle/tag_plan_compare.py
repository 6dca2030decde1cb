#!/usr/bin/env python3
"""Plans tags with `plimsoll tag plan` and with a model of its own, and says where they differ.

usage: tag_plan_compare.py [--seed S] [--count N]
The model was written from what `tag plan` promises, not from its C code: it tries every tag against every release that
is there. PLIMSOLL names the program. Exit 1 when anything differs; each difference is shown with its command.
"""
import argparse
import concurrent.futures
import json
import os
import random
import re
import subprocess
import sys

NUMBER = r"(?:0|[1-9][0-9]*)"
IDENTIFIER = r"(?:0|[1-9][0-9]*|[0-9]*[A-Za-z-][0-9A-Za-z-]*)"
SEMVER = re.compile(rf"({NUMBER})\.({NUMBER})\.({NUMBER})(?:-({IDENTIFIER}(?:\.{IDENTIFIER})*))?")
LINE = re.compile(rf"v?({NUMBER})\.({NUMBER})")
TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
DATE = re.compile(r"(?:19|20)[0-9]{2}(?:[0-9]{4}|[.-][0-9]{2}[.-][0-9]{2})(?:[.-].*)?", re.S)
DIGEST = re.compile(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")


class Refused(Exception):
    """The words of a plan cannot be taken: exit code 2."""


class Version:
    """Semantic Versioning 2.0.0, section 11."""

    def __init__(self, text, numbers, pre):
        self.text, self.numbers, self.pre = text, numbers, pre

    def key(self):
        if self.pre is None:
            return (*self.numbers, 1, ())
        parts = tuple((0, int(part), "") if part.isdigit() else (1, 0, part) for part in self.pre.split("."))
        return (*self.numbers, 0, parts)


def unprefixed(name):
    return name[1:] if name.startswith("v") else name


def read_version(name):
    text = unprefixed(name)
    found = SEMVER.fullmatch(text)
    if not found or DATE.fullmatch(text):
        return None
    return Version(text, tuple(int(found[i]) for i in (1, 2, 3)), found[4])


def split(word):
    name, equals, digest = word.partition("=")
    if equals and not DIGEST.fullmatch(digest):
        raise Refused("digest")
    return name, digest


def read_release(word):
    name, digest = split(word)
    version = read_version(name)
    if not version or len(version.text) > 127:
        raise Refused("release")
    return version, digest


class Repository:
    """name -> digest ("" where it is not known); a name that is given twice is one, unless two digests disagree."""

    def __init__(self, words):
        self.tags = {}
        for word in words:
            name, digest = split(word)
            if not TAG.fullmatch(name):
                raise Refused("tag")
            before = self.tags.get(name, "")
            if before and digest and before != digest:
                raise Refused("twice")
            self.tags[name] = before or digest
        self.versions = {name: read_version(name) for name in self.tags}

    def same(self, name, other):
        return self.tags[name] != "" and self.tags[name] == self.tags[other]

    def releases(self, covered):
        return [v for v in self.versions.values() if v and v.pre is None and covered(v.numbers)]

    def lines(self, covered):
        """1.2 without any 1.2.x tells of a release 1.2.0 at least."""
        found = (LINE.fullmatch(name) for name in self.tags)
        return [(int(line[1]), int(line[2]), 0) for line in found if line and covered((int(line[1]), int(line[2]), 0))]

    def current(self, name, covered):
        """What a moving tag is now, as far as anything tells it."""
        if not self.tags[name]:
            return max(self.releases(covered), key=Version.key, default=None)
        here = [v for other, v in self.versions.items() if v and self.same(name, other)]
        return max([v for v in here if v.pre is None and covered(v.numbers)] or here, key=Version.key, default=None)


def matches(pattern, name):
    return re.fullmatch(".*".join(re.escape(part) for part in pattern.split("*")), name, re.S)


def plan(words, release_word, immutable=(), keep_v=False, latest=True):
    release, digest = read_release(release_word)
    if any(not pattern or len(pattern) > 128 for pattern in immutable):
        raise Refused("pattern")
    there = Repository(words)
    major, minor, _ = release.numbers
    # A version that is another image already: whoever releases it again gets nothing.
    conflict = digest and any(version and version.text == release.text and there.tags[name] not in ("", digest)
                              for name, version in there.versions.items())
    result = []
    for name in (["v" + release.text] if keep_v else []) + [release.text]:
        here = release.text if name in there.tags else None
        move = not here and not conflict
        result.append((name, move, here, release.text if move else here))
    moving = [(f"{major}.{minor}", lambda n: n[:2] == (major, minor)), (str(major), lambda n: n[0] == major)]
    for name, covered in moving + ([("latest", lambda n: True)] if latest else []):
        now = there.current(name, covered) if name in there.tags else None
        newest = max([v.numbers for v in there.releases(covered)] + there.lines(covered), default=(-1,))
        move = (release.pre is None and not conflict and newest <= release.numbers
                and not (now and now.key() >= release.key())
                and not (name in there.tags and digest and there.tags[name] == digest)
                and not (name in there.tags and any(matches(pattern, name) for pattern in immutable)))
        here = None if name not in there.tags else now.text if now else there.tags[name] or None
        result.append((name, move, here, release.text if move else here))
    return result


# ---- random repositories, friendly and not ----

def number(rng):
    return str(rng.choice([0, 0, 1, 1, 1, 2, 2, 3, 9, 10, 11, 20, 100, 2021, 417, 2**31, 2**32 - 1, 2**64 - 1, 2**64, 10**40]
                          if rng.random() < 0.15 else [0, 1, 1, 2, 2, 3, 9, 10]))


def version(rng):
    text = ".".join(number(rng) for _ in range(3))
    if rng.random() < 0.2:
        text += "-" + rng.choice(["rc1", "rc.1", "rc.2", "rc.10", "alpha", "alpha.1", "0", "1", "alpine", "x-y", "0a", "a.b.c"])
    return text


def odd(rng):
    """What is no version, or looks like one."""
    return rng.choice(["20210804", "2021.08.04", "2021.8.4", "2021.12.14", "2021-12-14", "20211214.1.0", "2021.12.14-2", "abc1234",
                       "0a1b2c3d4e5f", "1234567", "417", "main", "LATEST", "v", "vv1.0.0", "V1.0.0", "v1", "v1.2", "1.2.3.4", "01.2.0",
                       "1.02.0", "1.2.00", "1.2.0_b5", "1.2.0-01", "1.2.0-", "1.2.0-rc_1", "1.2.0-a..b", "1.2-rc1", "1.2.0rc1", "1.x",
                       "_x", "sha256-" + "ab" * 32 + ".sig", "9" * 128, "1.0.0-" + "a" * 122, "1.0.0-" + "a" * 121, "22.04", "3.18",
                       "00.1", "1.2.", "nightly-20210804", "1", "2", "10", "0"])


def wrong(rng):
    """What no registry has as a tag."""
    return rng.choice(["1.2.0+build.5", "-x", ".x", "a/b", "é", "1.2.0=sha256:abc", "1.2.0=", "x" * 129, "a:b", "1.2.0=zz", "\x1b[31m"])


def digest(rng):
    return "=sha256:" + rng.choice("abcdef") * 64


def repository(rng):
    share = rng.choice([0, 0, 0.3, 1])  # of tags whose digest is known
    words = []
    for _ in range(rng.choice([0, 1, 2, 3, 5, 8, 8, 20, 200] if rng.random() < 0.3 else [1, 2, 3, 5, 8])):
        kind = rng.random()
        word = version(rng) if kind < 0.5 else odd(rng) if kind < 0.62 else number(rng) if kind < 0.7 else "latest"
        if 0.5 <= kind < 0.5 + 0.02:
            word = number(rng) + "." + number(rng)
        word = ("v" if rng.random() < 0.15 else "") + word
        words.append(word + (digest(rng) if rng.random() < share else ""))
    if rng.random() < 0.5:  # the moving tags, as they would be beside these
        for word in list(words):
            found = SEMVER.fullmatch(unprefixed(word.partition("=")[0]))
            if found and rng.random() < 0.7:
                words += [name + (digest(rng) if rng.random() < share else "") for name in (f"{found[1]}.{found[2]}", found[1])]
    if rng.random() < 0.1 and words:
        words.append(rng.choice(words))
    if rng.random() < 0.04:
        words.append(wrong(rng))
    rng.shuffle(words)
    return unique(words, rng)


def unique(words, rng):
    """One digest a name mostly: a plan that is refused says little."""
    if rng.random() < 0.03:
        return words
    seen = {}
    for word in words:
        seen.setdefault(word.partition("=")[0], word)
    return [seen[word.partition("=")[0]] for word in words]


def release(words, rng):
    kind = rng.random()
    if kind < 0.07:
        return odd(rng)
    if kind < 0.1:
        return rng.choice(["", "1.2.0+b", "1..2", ".1.2", "v", "latest", "1.2.0 ", " 1.2.0", "1.2.0=zz", "1.2.0\n", "é1.0.0", "sha256:" + "a" * 64])
    text = version(rng)
    near = [found for found in (SEMVER.fullmatch(unprefixed(word.partition("=")[0])) for word in words) if found]
    if near and kind < 0.7:  # beside something that is there
        parts = [int(part) for part in rng.choice(near).groups()[:3]]
        at = rng.randrange(3)
        parts[at] = max(0, parts[at] + rng.choice([-1, 0, 0, 1, 1]))
        text = ".".join(map(str, parts)) + rng.choice(["", "", "", "", "-rc1"])
    return ("v" if rng.random() < 0.3 else "") + text + (digest(rng) if rng.random() < 0.3 else "")


def case(rng):
    words = repository(rng)
    patterns = [rng.choice(["*", "1.*", "latest", "v*", "1", "?", "*.*", "1*0", "**", "l*t", "[1]"]) for _ in range(rng.randrange(1, 3))]
    return {"words": words, "release": release(words, rng), "immutable": patterns if rng.random() < 0.15 else [],
            "keep_v": rng.random() < 0.2, "latest": rng.random() < 0.9}


def command(one, rng):
    """How the words reach the program: options, lists with gaps, or standard input."""
    arguments = [os.environ["PLIMSOLL"], "tag", "plan", "--release=" + one["release"], "--format", "json"]
    text = None
    if one["words"]:
        way = rng.randrange(3)
        gap = rng.choice([",", ",", ", ", ",,", " ,"])
        if way == 0 or any("\n" in word for word in one["words"]):
            arguments.append("--existing=" + gap.join(one["words"]))
        elif way == 1:
            arguments += ["--existing=" + word for word in one["words"]]
        else:
            arguments += ["--existing", "-"]
            text = rng.choice(["\n", "\r\n", " ", ",\n", "\n\n\t"]).join(one["words"]) + rng.choice(["", "\n"])
    arguments += ["--immutable=" + pattern for pattern in one["immutable"]]
    arguments += (["--keep-v"] if one["keep_v"] else []) + ([] if one["latest"] else ["--no-latest"])
    return arguments, text


def ask(arguments, text):
    done = subprocess.run(arguments, input=text, stdin=None if text is not None else subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=120)
    if done.returncode:
        return done.returncode, done.stderr
    tags = json.loads(done.stdout)["tags"]
    for tag in tags:
        if not tag["reason"].startswith(tag["name"] + " "):
            return "a reason that does not speak of its tag", tag
    return 0, [(tag["name"], tag["move"], tag["from"], tag["to"]) for tag in tags]


def expected(one):
    try:
        return 0, plan(**{"release_word" if key == "release" else key: value for key, value in one.items()})
    except Refused as reason:
        return 2, str(reason)


def compare(one, rng):
    arguments, text = command(one, rng)
    wanted, got = expected(one), ask(arguments, text)
    if wanted[0] == got[0] and (wanted[0] == 2 or wanted[1] == got[1]):
        return None
    return f"{arguments[1:]}\n  stdin {text!r}\n  model   {wanted}\n  program {got}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=300)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    cases = [(case(rng), random.Random(rng.random())) for _ in range(options.count)]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        differences = [found for found in pool.map(lambda both: compare(*both), cases) if found]
    for found in differences[:20]:
        print(found)
    refused = sum(expected(one)[0] == 2 for one, _ in cases)
    print(f"{len(cases)} plans ({refused} refused), seed {options.seed}: {len(differences)} differ")
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
