"""Questions for `lifecycle evaluate` under a seed. The alphabets are small on purpose: equal times, times just at a
limit, tags that several rules match, children of several indexes and chains of referrers have to be ordinary."""
import random

from lifecycle_model import DAY, Invalid, check_policy

NOW = 1_795_000_000
PREFIXES = ["a", "ab", "b", "ba", "abc", "c"]
PATTERNS = ["*", "a*", "*a", "*b*", "a*b*a", "*a*b*", "**", "ab", "a**b", "*a*a*b*", "?", "[a]*", "*.*"]
TAGS = ["a", "ab", "aba", "abba", "b", "ba", "bab", "abc", "c", "a.b", "?", "aabab"]
NUMBERS = [1, 1, 2, 2, 3, 5, 90, 91, 100]


def random_selection(pick):
    kind = pick.choice(["imageCountMoreThan"] * 3 + ["sinceImagePushed"] * 3 + ["sinceImagePulled"] * 2
                       + ["sinceImageTransitioned"] * 2)
    selection = {"tagStatus": pick.choice(["tagged", "tagged", "tagged", "untagged", "any"]), "countType": kind,
                 "countNumber": pick.choice(NUMBERS)}
    if kind == "sinceImageTransitioned":
        selection.update(storageClass="archive", countNumber=pick.choice([90, 90, 91, 92]))
    elif pick.random() < 0.2:
        selection["storageClass"] = "standard"
    if kind != "imageCountMoreThan":
        selection["countUnit"] = "days"
    if selection["tagStatus"] == "tagged":
        name, words = pick.choice([("tagPrefixList", PREFIXES), ("tagPatternList", PATTERNS)])
        selection[name] = [pick.choice(words) for _ in range(pick.choice([1, 1, 1, 2, 2, 3]))]
    return selection


def random_rule(pick):
    selection = random_selection(pick)
    transition = {"type": "transition", "targetStorageClass": "archive"}
    action = {"sinceImagePulled": transition, "sinceImageTransitioned": {"type": "expire"}}.get(
        selection["countType"]) or pick.choice([{"type": "expire"}, {"type": "expire"}, transition])
    rule = {"rulePriority": pick.randint(1, 12), "selection": selection, "action": dict(action)}
    if pick.random() < 0.1:
        rule["description"] = "why"
    return rule


def random_policy(pick):
    """A valid one; rules in any order."""
    while True:
        rules = [random_rule(pick) for _ in range(pick.choice([1, 2, 2, 3, 3, 4, 5]))]
        if pick.random() < 0.7:
            # `any` behind the others of its class, so that more tries come out valid.
            rules.sort(key=lambda rule: rule["selection"]["tagStatus"] == "any")
            for place, rule in enumerate(rules):
                rule["rulePriority"] = 3 * place + pick.randint(1, 3)
        pick.shuffle(rules)
        try:
            check_policy({"rules": rules})
            return {"rules": rules}
        except Invalid:
            continue


def random_time(pick):
    days = pick.choice([0, 1, 1, 2, 2, 3, 5, 90, 90, 91, 100, 101])
    return NOW - days * DAY + pick.choice([-1, 0, 0, 0, 0, 1, 0.5, -0.25])


def random_image(pick, digest, digests):
    image = {"digest": digest}
    image["tags"] = sorted(set(pick.sample(TAGS, pick.choice([0, 0, 1, 1, 2, 3]))))
    image["pushedAt"] = random_time(pick)
    if pick.random() < 0.4:
        image["lastPulledAt"] = random_time(pick)
    if pick.random() < 0.35:
        image.update(storageClass="ARCHIVE", archivedAt=random_time(pick))
    elif pick.random() < 0.7:
        image["storageClass"] = "STANDARD"
    if pick.random() < 0.2:
        image["activatedAt"] = random_time(pick)
    for field in ("pushedAt", "archivedAt", "tags"):
        if pick.random() < 0.03:
            image.pop(field, None)
    kind = pick.choice(["image"] * 5 + ["index"] * 3 + ["artifact"] * 3)
    if kind != "image" or pick.random() < 0.8:
        image["kind"] = kind
    if kind == "index":
        image["children"] = pick.sample(digests, min(len(digests), pick.choice([0, 1, 2, 3])))
    if pick.random() < (0.9 if kind == "artifact" else 0.05):
        image["subject"] = pick.choice(digests)
    return image


def random_question(seed):
    pick = random.Random(seed)
    count = pick.choice([1, 2, 3, 4, 5, 6, 8, 10, 14])
    digests = ["sha256:" + f"{number:x}" * 64 for number in range(16)]
    named = pick.sample(digests, count)
    absent = [pick.choice([one for one in digests if one not in named])] if pick.random() < 0.2 else []
    images = [random_image(pick, digest, named + absent) for digest in named]
    return {"now": NOW, "policy": random_policy(pick), "images": images}
