#!/usr/bin/env python3
"""Each rule of the policy grammar broken once, beside the nearest policy that is valid: `plimsoll lifecycle evaluate` has
to end with 3 and say what is wrong (the words here), or take it, and the model has to be of the same opinion.
usage: lifecycle_policies.py PLIMSOLL"""
import copy
import json
import subprocess
import sys

from lifecycle_model import Invalid, check_policy

ARCHIVE = {"type": "transition", "targetStorageClass": "archive"}
EXPIRE = {"type": "expire"}
LEFT_OUT = object()


def rule(priority=1, status="any", kind="imageCountMoreThan", number=1, action=None, **selection):
    chosen = {"tagStatus": status, "countType": kind, "countNumber": number}
    if kind != "imageCountMoreThan":
        chosen["countUnit"] = "days"
    chosen.update(selection)
    given = {key: value for key, value in chosen.items() if value is not LEFT_OUT}
    return {"rulePriority": priority, "selection": given, "action": action or EXPIRE}


def archived(priority=1, status="any", number=90, **more):
    return rule(priority, status, "sinceImageTransitioned", number, storageClass="archive", **more)


def prefixes(priority, *words, **more):
    return rule(priority, "tagged", tagPrefixList=list(words), **more)


def patterns(priority, *words, **more):
    return rule(priority, "tagged", tagPatternList=list(words), **more)


def change(path, value):
    made = copy.deepcopy(rule())
    *way, last = path
    place = made
    for key in way:
        place = place[key]
    if value is LEFT_OUT:
        del place[last]
    else:
        place[last] = value
    return made


AGED = "sinceImagePushed"
PULLED = "sinceImagePulled"
WHOLE = "must be a whole number from 1 on"
LAST = "Rule for tagStatus=ANY must have the lowest priority per storage class"
UNTAGGED = "Only one rule can select Untagged images per storage class"
NO_LIST = "Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED"
NO_LIST_HERE = "tagPrefixList and tagPatternList are only for tagStatus=TAGGED"
SAME = "have the same tagPrefixList"

# Words that the error has; none: the policy is valid.
CASES = [
    (None, [rule()]),
    ("rulePriority " + WHOLE, [change(["rulePriority"], LEFT_OUT)]),
    *[("rulePriority " + WHOLE, [rule(bad)]) for bad in (0, -1, 1.0, 1.5, "1", True, None)],
    (None, [rule(2 ** 31)]),
    ("too big integer", [rule(2 ** 63)]),
    ("two rules have rulePriority 1", [rule(1, "untagged"), rule(1)]),
    (None, [rule(900), rule(1, "untagged")]),
    (LAST, [rule(1), rule(2, "untagged")]),
    (LAST, [rule(1), prefixes(2, "a")]),
    (LAST, [rule(1), rule(2, kind=AGED)]),
    (LAST, [archived(1), archived(2, "untagged")]),
    (None, [rule(1), archived(2)]),
    (None, [archived(1), rule(2)]),
    (None, [rule(1), archived(2, "untagged")]),
    ("tagStatus must be one of: tagged untagged any", [change(["selection", "tagStatus"], LEFT_OUT)]),
    ("tagStatus must be one of: tagged untagged any", [rule(1, "all")]),
    ("tagStatus must be one of: tagged untagged any", [rule(1, "ANY")]),
    (NO_LIST, [rule(1, "tagged")]),
    ("either tagPrefixList or tagPatternList, not both", [prefixes(1, "a", tagPatternList=["a*"])]),
    ("tagPrefixList must be a list", [prefixes(1)]),
    ("tagPatternList must be a list", [patterns(1)]),
    ("tagPrefixList must be a list", [rule(1, "tagged", tagPrefixList="a")]),
    *[("an entry must be a text that is not empty", [prefixes(1, "a", bad)]) for bad in ("", 1, None, ["a"])],
    ("an entry must be a text that is not empty", [patterns(1, "")]),
    (None, [prefixes(1, "a", "b")]),
    (None, [patterns(1, "a", "b?", "*")]),
    (NO_LIST_HERE, [rule(1, "untagged", tagPrefixList=["a"])]),
    (NO_LIST_HERE, [rule(1, "any", tagPatternList=["a*"])]),
    ("at most 4 wildcards", [patterns(1, "*a*b*c*d*")]),
    (None, [patterns(1, "*a*b*c*")]),
    (None, [rule(storageClass="standard")]),
    ("storageClass must be one of: standard archive", [rule(storageClass="ARCHIVE")]),
    *[("storageClass=archive needs countType=sinceImageTransitioned", [rule(kind=kind, action=ARCHIVE,
                                                                           storageClass="archive")])
      for kind in ("imageCountMoreThan", AGED, PULLED)],
    ("sinceImageTransitioned needs storageClass=archive", [rule(kind="sinceImageTransitioned", number=90)]),
    ("sinceImageTransitioned needs storageClass=archive", [rule(kind="sinceImageTransitioned", number=90,
                                                                storageClass="standard")]),
    ("countNumber must be at least 90", [archived(number=89)]),
    (None, [archived(number=90)]),
    ("countType must be one of", [change(["selection", "countType"], LEFT_OUT)]),
    ("countType must be one of", [rule(kind="sinceImageBuilt")]),
    *[("countUnit must be one of: days", [rule(kind=kind, action=ARCHIVE, countUnit=LEFT_OUT)]) for kind in (AGED, PULLED)],
    ("countUnit must be one of: days", [archived(countUnit=LEFT_OUT)]),
    ("countUnit must be one of: days", [rule(kind=AGED, countUnit="hours")]),
    ("countUnit is not for imageCountMoreThan", [rule(countUnit="days")]),
    *[("countNumber " + WHOLE, [rule(number=bad)]) for bad in (0, -1, 1.0, 1.5, "1", True, None)],
    ("countNumber " + WHOLE, [change(["selection", "countNumber"], LEFT_OUT)]),
    ("sinceImagePulled can only transition", [rule(kind=PULLED)]),
    (None, [rule(kind=PULLED, action=ARCHIVE)]),
    ("sinceImageTransitioned can only expire", [archived(action=ARCHIVE)]),
    (None, [rule(kind=AGED, action=ARCHIVE)]),
    ("action must be an object", [change(["action"], LEFT_OUT)]),
    ("type must be one of: expire transition", [change(["action", "type"], LEFT_OUT)]),
    ("type must be one of: expire transition", [change(["action", "type"], "delete")]),
    ("targetStorageClass must be one of: archive", [rule(action={"type": "transition"})]),
    ("targetStorageClass must be one of: archive", [rule(action=ARCHIVE | {"targetStorageClass": "standard"})]),
    ("targetStorageClass is only for type=transition", [rule(action=EXPIRE | {"targetStorageClass": "archive"})]),
    (UNTAGGED, [rule(1, "untagged"), rule(2, "untagged", number=2)]),
    (UNTAGGED, [archived(1, "untagged"), archived(2, "untagged")]),
    (None, [rule(1, "untagged"), archived(2, "untagged")]),
    (SAME, [prefixes(1, "a"), prefixes(2, "a", number=2)]),
    (SAME, [prefixes(1, "a", "b"), prefixes(2, "b", "a")]),
    (SAME, [prefixes(1, "a"), prefixes(2, "a", "a")]),
    (None, [prefixes(1, "a", "b"), prefixes(2, "a")]),
    (None, [prefixes(1, "a"), archived(2, "tagged", tagPrefixList=["a"])]),
    (None, [patterns(1, "a"), patterns(2, "a", number=2)]),
    (None, [prefixes(1, "a"), patterns(2, "a")]),
    (None, [prefixes(place + 1, f"p{place}") for place in range(50)]),
    ("1 to 50 rules", [prefixes(place + 1, f"p{place}") for place in range(51)]),
    ("1 to 50 rules", []),
    ('an object with a list "rules"', {}),
    ("a rule must be an object", ["any"]),
    ('a rule has no field "note"', [change(["note"], "x")]),
    ('selection has no field "tagPrefixes"', [change(["selection", "tagPrefixes"], ["a"])]),
    ('action has no field "when"', [change(["action", "when"], "now")]),
    ("selection must be an object", [change(["selection"], "any")]),
    (None, [change(["description"], "why")]),
    ("description must be a text", [change(["description"], 5)]),
]


def judge(program, words, rules):
    policy = {"rules": rules} if isinstance(rules, list) else rules
    run = subprocess.run([program, "lifecycle", "evaluate"], capture_output=True, text=True, check=False,
                         input=json.dumps({"now": 1, "policy": policy, "images": []}))
    try:
        check_policy(policy)
        model = None
    except Invalid as error:
        model = f"invalid: {error}"
    if (model is None) != (words is None):
        return f"the model says: {model}"
    if words is None:
        return None if run.returncode == 0 else f"exit {run.returncode}: {run.stderr}"
    if run.returncode == 3 and words in run.stderr and not run.stdout:
        return None
    return f"exit {run.returncode}: {run.stderr}{run.stdout}"


def main():
    wrong = 0
    for words, rules in CASES:
        complaint = judge(sys.argv[1], words, rules)
        if complaint:
            wrong += 1
            print(f"{json.dumps(rules)[:300]}\n  wanted: {words}\n  {complaint}")
    print(f"{len(CASES)} policies, {wrong} judged wrongly")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
