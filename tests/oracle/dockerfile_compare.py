"""Reads the same Dockerfiles with `plimsoll dockerfile parse` and with BuildKit, says where they differ.

usage: dockerfile_compare.py [--mutate N] [--seed S] [--keep FOLDER] [--outline] [--lint] [FILE | FOLDER]…
--mutate makes N damaged copies of what is given and compares those instead.
--lint compares the findings of the 22 checks (rule and line) instead, of files that BuildKit takes to the end.
--outline writes what BuildKit reads, in the words of tests/data/lint/forms.outline.
PLIMSOLL and ORACLE name the two programs. Exit 1 when anything differs.
"""
import argparse
import concurrent.futures
import json
import os
import random
import re
import subprocess
import sys
import tempfile

TOP = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
PIECES = [b"\\\n", b"`\n", b"\n\n", b" \\ \n", b"# note\n", b"<<EOF\n", b"<<-'E O'", b"EOF\n", b"--flag=x ", b"--", b'["a", "b"]',
          b"[", b"]", b'"', b"'", b"\\", b"`", b"$x", b"${x:-", b"}", b"=", b" ", b"\t", b"\r\n", b"\xc2\xa0", b"\x85", b"\xff",
          b"ONBUILD ", b"HEALTHCHECK ", b"ENV a b\n", b"RUN cat <<A <<B\n", b"A\n", b"B\n", b"# escape=`\n", b"# syntax=x\n",
          b"--mount=type=cache,target=/x ", b"--mount=type=secret,id=a ", b"AS ", b"\xef\xbb\xbf", b"\x00", b"--from=a ", b"3<<X "]


def files_of(paths):
    for path in paths:
        if os.path.isfile(path):
            yield path
        for folder, _, names in sorted(os.walk(path)):
            yield from (os.path.join(folder, name) for name in sorted(names))


def mutate(text, others, rng):
    for _ in range(rng.choice([1, 1, 1, 2, 3, 6])):
        at = rng.randrange(len(text) + 1)
        end = min(len(text), at + rng.choice([0, 1, 1, 2, 5, 20]))
        kind = rng.randrange(5)
        if kind == 0:
            text = text[:at] + text[end:]
        elif kind in (1, 2):
            text = text[:at] + rng.choice(PIECES) + text[at if kind == 1 else end:]
        elif kind == 3:
            text = text[:at] + bytes([rng.randrange(256)]) + text[end:]
        else:
            other = rng.choice(others)
            start = rng.randrange(len(other) + 1)
            text = text[:at] + other[start:start + rng.randrange(40)] + text[end:]
    return text


def ours(path):
    done = subprocess.run([os.environ["PLIMSOLL"], "dockerfile", "parse", path], capture_output=True)
    if done.returncode == 0:
        return json.loads(done.stdout)
    if done.returncode == 3:
        return {"error": done.stderr.decode(errors="replace").strip()}
    return {"error": "CRASH", "crash": done.returncode, "stderr": done.stderr.decode(errors="replace")[-2000:]}


CHECKS = """StageNameCasing FromAsCasing NoEmptyContinuation ConsistentInstructionCasing DuplicateStageName
    ReservedStageName JSONArgsRecommended MaintainerDeprecated UndefinedArgInFrom WorkdirRelativePath UndefinedVar
    MultipleInstructionsDisallowed LegacyKeyValueFormat InvalidBaseImagePlatform RedundantTargetPlatform
    SecretsUsedInArgOrEnv InvalidDefaultArgInFrom FromPlatformFlagConstDisallowed InvalidDefinitionDescription
    ExposeProtoCasing ExposeInvalidFormat""".split()


def findings_of_ours(path):
    done = subprocess.run([os.environ["PLIMSOLL"], "lint", "--as", "dockerfile", "--profile", "buildkit", "--offline",
                           "--no-context", "--no-shellcheck", "--format", "json", path], capture_output=True)
    if done.returncode not in (0, 1):
        return {("CRASH", done.returncode)}
    return {(code, finding["line"]) for finding in json.loads(done.stdout)["findings"] if not finding["suppressed"]
            for code in finding["codes"] if code in CHECKS}


def line_of(answer, line):
    """The first line of the instruction: ours name the line in it that is meant, BuildKit some line of it."""
    for instruction in answer["instructions"]:
        if instruction["start"] <= line <= instruction["end"]:
            return instruction["start"]
    return line


def compare_findings(paths, answers):
    """Says what only one of both reports; InvalidBaseImagePlatform and CopyIgnoredFile need more than a file."""
    failed = looked = 0
    for path, answer in zip(paths, answers):
        if answer["error"] or answer["lint_error"]:
            continue
        looked += 1
        theirs = {(w["rule"], line_of(answer, w["line"])) for w in answer["warnings"] if w["rule"] in CHECKS}
        mine = {(rule, line_of(answer, line)) for rule, line in findings_of_ours(path)}
        for text, difference in (("only ours", mine - theirs), ("only BuildKit's", theirs - mine)):
            for rule, line in sorted(difference, key=str):
                failed += 1
                print(f"{path}:{line}: {rule} {text}")
    print(f"{looked} files, {failed} findings of one only")
    return failed


def flag_text(flag):
    return "--" + flag["name"] + ("" if flag["value"] is None else "=" + flag["value"])


def name_of(instruction):
    """Of unknown instructions, letters beyond ASCII keep their case here."""
    return instruction["name"] if instruction["name"].isascii() else "?"


def shape_of_ours(instruction):
    heredocs = [[h["name"], h["expand"], h["chomp"], h["descriptor"], h["content"]] for h in instruction["heredocs"]]
    return {
        "name": name_of(instruction), "start": instruction["start"], "end": instruction["end"],
        "flags": [flag_text(f) for f in instruction["flags"]], "arguments": instruction["arguments"],
        "json": instruction["form"] == "json", "legacy": instruction["legacy"], "heredocs": heredocs,
        "onbuild": instruction["onbuild"] and shape_of_ours(instruction["onbuild"]),
        "problem": bool(instruction["problem"]),
    }


def shape_of_theirs(instruction, heredocs=None):
    heredocs = heredocs or [[h["name"], h["expand"], h["chomp"], min(h["descriptor"], 2**32 - 1), h["content"]]
                            for h in instruction["heredocs"]]
    return {
        "name": name_of(instruction), "start": instruction["start"], "end": instruction["end"],
        "flags": instruction["flags"], "arguments": instruction["arguments"], "json": instruction["json"],
        "legacy": instruction["legacy"], "heredocs": heredocs,
        "onbuild": instruction["onbuild"] and shape_of_theirs(
            dict(instruction["onbuild"], start=instruction["start"], end=instruction["end"]), heredocs),
        "problem": instruction["problem"] is not None,
    }


def outline(instruction):
    """As tests/unit/lint/dockerfile_test.c writes it."""
    words = [instruction["name"] if re.fullmatch(r"[a-z0-9._-]+", instruction["name"]) else "?"]
    words += [f"{instruction['start']}-{instruction['end']}"]
    words += [word for word in ("json", "legacy") if instruction[word]]
    words += [re.split("=", flag)[0] for flag in instruction["flags"]]
    words += [f"arguments:{len(instruction['arguments'])}"]
    for h in instruction["heredocs"]:
        words.append("<<" + "-" * h["chomp"] + "'" * (not h["expand"]) + h["name"])
    if instruction["problem"] is not None:
        words.append("refused")
    if instruction["onbuild"]:
        inside = dict(instruction["onbuild"], start=instruction["start"], end=instruction["end"])
        words += [">", outline(inside)]
    return " ".join(words)


def write_outlines(answers):
    for answer in answers:
        print(os.path.basename(answer["file"]).removesuffix(".Dockerfile"))
        if answer["error"]:
            print("  cannot be read")
        for instruction in answer["instructions"]:
            print("  " + outline(instruction))


def differences(mine, theirs):
    if "crash" in mine:
        yield "crash", mine["crash"], mine["stderr"]
        return
    if bool(mine.get("error")) != bool(theirs["error"]):
        yield "acceptance", mine.get("error"), theirs["error"]
        return
    if theirs["error"]:
        return
    if mine["escape"] != theirs["escape"]:
        yield "escape", mine["escape"], theirs["escape"]
    detected = [[d["name"], d["value"]] for d in mine["directives"] if d["name"] != "escape"]
    wanted = [[d["name"], d["value"]] for d in theirs["directives"]]
    if sorted(detected) != sorted(wanted):
        yield "directives", detected, wanted
    left = [shape_of_ours(i) for i in mine["instructions"]]
    right = [shape_of_theirs(i) for i in theirs["instructions"]]
    for a, b in zip(left, right):
        if a != b:
            yield "instruction", a, b
            return
    if len(left) != len(right):
        yield "count", len(left), len(right)
    # What is refused afterwards: some instruction has a problem, or one stands in no stage.
    stage = False
    refused = False
    for i in mine["instructions"]:
        stage = stage or i["name"] == "from"
        refused = refused or bool(i["problem"]) or (not stage and i["name"] != "arg")
    mounts = any(f["name"] == "mount" for i in mine["instructions"] for f in i["flags"])
    if refused != bool(theirs["refused"]) and not mounts:
        yield "refused", refused, theirs["refused"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--mutate", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep")
    parser.add_argument("--outline", action="store_true")
    parser.add_argument("--lint", action="store_true")
    parser.add_argument("paths", nargs="*", default=[os.path.join(TOP, "tests", "data", "lint", "forms")])
    args = parser.parse_args()
    paths = list(files_of(args.paths))
    with tempfile.TemporaryDirectory() as work:
        if args.mutate:
            rng = random.Random(args.seed)
            texts = [open(p, "rb").read() for p in paths]
            texts = [t for t in texts if len(t) < 20000]
            paths = []
            for number in range(args.mutate):
                path = os.path.join(args.keep or work, f"{number}.Dockerfile")
                with open(path, "wb") as out:
                    out.write(mutate(rng.choice(texts), texts, rng))
                paths.append(path)
        environment = dict(os.environ, ORACLE_PARSE_ONLY="" if args.lint else "1")
        oracle = subprocess.run([os.environ["ORACLE"]], input="\n".join(paths).encode() + b"\n", capture_output=True,
                                check=True, env=environment)
        theirs = [json.loads(line) for line in oracle.stdout.splitlines()]
        if args.lint:
            sys.exit(bool(compare_findings(paths, theirs)))
        if args.outline:
            return write_outlines(theirs)
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            mine = list(pool.map(ours, paths))
        failed = 0
        for path, left, right in zip(paths, mine, theirs):
            for what, a, b in differences(left, right):
                failed += 1
                if failed <= 20:
                    print(f"{path}: {what}\n  ours   {a}\n  theirs {b}")
        refused = sum(1 for t in theirs if t["error"])
        print(f"{len(paths)} files, {refused} refused by the parser, {failed} read otherwise")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
