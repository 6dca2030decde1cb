#!/usr/bin/env python3
"""Asks `plimsoll lifecycle evaluate` and the model of lifecycle_model.py the same, and shows the smallest question that
they answer differently.
usage: lifecycle_compare.py PLIMSOLL [--seed FIRST] [--count N]"""
import argparse
import concurrent.futures
import copy
import json
import subprocess
import sys

from lifecycle_model import Invalid, check_policy, evaluate
from lifecycle_random import random_question


def ask(program, question):
    run = subprocess.run([program, "lifecycle", "evaluate"], input=json.dumps(question).encode(), capture_output=True,
                         check=False)
    if run.returncode:
        return f"exit {run.returncode}: {run.stderr.decode(errors='replace').strip()}"
    return json.loads(run.stdout)


def expect(question):
    try:
        return evaluate(question)
    except Invalid as error:
        return f"invalid: {error}"


def smaller(question):
    """Each question with one thing less."""
    for path in (("images",), ("policy", "rules")):
        whole = question[path[0]] if len(path) == 1 else question[path[0]][path[1]]
        for place in range(len(whole)):
            less = copy.deepcopy(question)
            del (less[path[0]] if len(path) == 1 else less[path[0]][path[1]])[place]
            yield less
    for place, image in enumerate(question["images"]):
        for key in image:
            if key not in ("digest", "kind"):
                less = copy.deepcopy(question)
                del less["images"][place][key]
                yield less


def differs(program, question):
    try:
        check_policy(question["policy"])
    except Invalid:
        return False
    return ask(program, question) != expect(question)


def shrink(program, question):
    while True:
        less = next((one for one in smaller(question) if differs(program, one)), None)
        if less is None:
            return question
        question = less


def report(program, seed):
    least = shrink(program, random_question(seed))
    print(f"seed {seed}: {json.dumps(least)}\n  model:    {json.dumps(expect(least))}\n"
          f"  plimsoll: {json.dumps(ask(program, least))}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("plimsoll")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--show", type=int, default=3, help="differences to shrink and show")
    options = parser.parse_args()
    seeds = range(options.seed, options.seed + options.count)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        questions = ((seed, random_question(seed)) for seed in seeds)
        answers = pool.map(lambda pair: (pair[0], ask(options.plimsoll, pair[1]) != expect(pair[1]),
                                         len(expect(pair[1]))), questions)
        answers = list(answers)
    wrong = [seed for seed, different, _ in answers if different]
    print(f"{len(answers)} questions, {sum(1 for _, _, size in answers if size)} with an action, {len(wrong)} differ")
    for seed in wrong[:options.show]:
        report(options.plimsoll, seed)
    return 1 if wrong or not answers else 0


if __name__ == "__main__":
    sys.exit(main())
