"""What `plimsoll lifecycle evaluate` has to answer, a second time and slowly: written from the words of the contract and
of Amazon's rules alone, never from src/registry. Sets and loops, no cleverness; lifecycle_compare.py holds the two
against each other. "Reading" marks what the words leave open; docs/registry.md says the same to users."""
DAY = 86400


class Invalid(Exception):
    pass


def holds(condition, text):
    if not condition:
        raise Invalid(text)


def is_integer(value):
    return isinstance(value, int) and not isinstance(value, bool)


# ---- The policy ----

SELECTION = {"tagStatus", "tagPrefixList", "tagPatternList", "storageClass", "countType", "countUnit", "countNumber"}
# Reading: what the grammar does not name is refused, as Amazon's schema does; so is what has no meaning where it stands.
RULE = {"rulePriority", "description", "selection", "action"}
COUNTS = ("imageCountMoreThan", "sinceImagePushed", "sinceImagePulled", "sinceImageTransitioned")


def check_lists(selection):
    lists = [key for key in ("tagPrefixList", "tagPatternList") if key in selection]
    if selection["tagStatus"] != "tagged":
        return holds(not lists, "lists are for tagged")
    holds(len(lists) == 1, "tagged needs just one list")
    entries = selection[lists[0]]
    holds(isinstance(entries, list) and entries and all(isinstance(one, str) and one for one in entries), "a list of strings")
    if lists[0] == "tagPatternList":
        holds(all(one.count("*") <= 4 for one in entries), "four wildcards")


def check_count(selection, action):
    kind, number = selection.get("countType"), selection.get("countNumber")
    holds(kind in COUNTS, "countType")
    holds(is_integer(number) and number >= 1, "countNumber")
    if kind != "imageCountMoreThan":
        holds(selection.get("countUnit") == "days", "countUnit")
    else:
        holds("countUnit" not in selection, "countUnit is for days")
    if kind == "sinceImageTransitioned":
        holds(number >= 90, "countNumber of sinceImageTransitioned")
        holds(action["type"] == "expire", "sinceImageTransitioned expires")
    if kind == "sinceImagePulled":
        holds(action["type"] == "transition", "sinceImagePulled transitions")
    holds((storage(selection) == "archive") == (kind == "sinceImageTransitioned"), "archive and sinceImageTransitioned")


def check_rule(rule):
    holds(isinstance(rule, dict) and set(rule) <= RULE, "a rule is an object of these fields")
    holds(isinstance(rule.get("description", ""), str), "description")
    holds(is_integer(rule.get("rulePriority")) and 1 <= rule["rulePriority"] < 2 ** 63, "rulePriority")
    selection, action = rule.get("selection"), rule.get("action")
    holds(isinstance(selection, dict) and set(selection) <= SELECTION, "selection")
    holds(isinstance(action, dict) and set(action) <= {"type", "targetStorageClass"}, "action")
    holds(action.get("type") in ("expire", "transition"), "the type of the action")
    holds(action["type"] == "transition" or "targetStorageClass" not in action, "expire has no target")
    holds(selection.get("tagStatus") in ("tagged", "untagged", "any"), "tagStatus")
    holds(storage(selection) in ("standard", "archive"), "storageClass")
    if action["type"] == "transition":
        holds(action.get("targetStorageClass") == "archive", "targetStorageClass")
    check_lists(selection)
    check_count(selection, action)


def check_policy(policy):
    holds(isinstance(policy, dict) and set(policy) <= {"rules"}, "a policy is an object")
    rules = policy.get("rules")
    holds(isinstance(rules, list) and 1 <= len(rules) <= 50, "rules")
    for rule in rules:
        check_rule(rule)
    priorities = [rule["rulePriority"] for rule in rules]
    holds(len(set(priorities)) == len(priorities), "rulePriority is unique")
    for wanted in ("standard", "archive"):
        group = [rule for rule in rules if storage(rule["selection"]) == wanted]
        statuses = [rule["selection"]["tagStatus"] for rule in sorted(group, key=lambda rule: rule["rulePriority"])]
        holds(statuses.count("untagged") <= 1, "one untagged rule")
        holds("any" not in statuses[:-1], "any is last")
        # Reading: a set of prefixes is unique within its storage class, as untagged and any are.
        sets = [frozenset(rule["selection"]["tagPrefixList"]) for rule in group if rule["selection"].get("tagPrefixList")]
        holds(len(set(sets)) == len(sets), "a unique set of prefixes")


def storage(selection):
    return selection.get("storageClass", "standard")


# ---- What a rule selects and marks ----


def glob(pattern, text):
    """Whether the pattern, in which only `*` means anything, is the whole text."""
    if not pattern:
        return not text
    if pattern[0] == "*":
        return any(glob(pattern[1:], text[at:]) for at in range(len(text) + 1))
    return bool(text) and text[0] == pattern[0] and glob(pattern[1:], text[1:])


def tags_match(selection, tags):
    if selection["tagStatus"] == "any":
        return True
    if selection["tagStatus"] == "untagged":
        return not tags
    if selection.get("tagPrefixList"):
        return all(any(tag.startswith(one) for tag in tags) for one in selection["tagPrefixList"])
    return all(any(glob(one, tag) for tag in tags) for one in selection["tagPatternList"])


def selects(selection, image):
    # Reading: the storage class is part of what a rule selects; else `any` of the one class would shield all of the other.
    same_class = image.get("storageClass", "STANDARD").lower() == storage(selection)
    return same_class and tags_match(selection, image.get("tags") or [])


def pushed(image):
    return image["activatedAt"] if "activatedAt" in image else image.get("pushedAt")


def reference_time(kind, image):
    if kind == "sinceImagePushed":
        return pushed(image)
    if kind == "sinceImagePulled":
        return image["lastPulledAt"] if "lastPulledAt" in image else pushed(image)
    return image.get("archivedAt")


def marked(selection, images, now):
    number, kind = selection["countNumber"], selection["countType"]
    if kind == "imageCountMoreThan":
        # Reading: an image without a time is the oldest there is.
        def rank(image):
            time = pushed(image)
            return (-(time if time is not None else float("-inf")), image["digest"])
        return {image["digest"] for image in sorted(images, key=rank)[number:]}
    times = {image["digest"]: reference_time(kind, image) for image in images}
    # Reading: what has no time is older than nothing.
    return {digest for digest, time in times.items() if time is not None and now - time > number * DAY}


# ---- The pass ----


def choose(rules, candidates, now):
    """The rule that acts on each image: the first that selects it, if that one marks it."""
    chosen, shielded = {}, set()
    for rule in rules:
        selected = [image for image in candidates if selects(rule["selection"], image)]
        for digest in marked(rule["selection"], selected, now) - shielded:
            chosen[digest] = {"priority": rule["rulePriority"], "action": rule["action"]["type"]}
        shielded |= {image["digest"] for image in selected}
    return chosen


def follow(images, chosen):
    """Artifacts go with their subject, also over other artifacts. Reading: only they; an image that names a subject is
    judged by itself."""
    followed = dict(chosen)
    while True:
        more = {image["digest"]: followed[image["subject"]] for image in images
                if image.get("kind") == "artifact" and image["digest"] not in followed
                and image.get("subject") in followed}
        if not more:
            return followed
        followed.update(more)


def held(images, going):
    """Those whose index does not go. Reading: for one that would be expired, an index that is only archived stays; and
    an artifact that an index names is a child as any other."""
    def stays_for(digest, index):
        if index not in going:
            return True
        return going[digest]["action"] == "expire" and going[index]["action"] == "transition"
    return {child for image in images for child in image.get("children") or []
            if child in going and stays_for(child, image["digest"])}


def evaluate(question):
    check_policy(question.get("policy"))
    images, now = question["images"], question["now"]
    rules = sorted(question["policy"]["rules"], key=lambda rule: rule["rulePriority"])
    candidates = [image for image in images if image.get("kind", "image") != "artifact"]
    chosen, blocked = choose(rules, candidates, now), set()
    while True:
        # From the start each time: what follows a held image is held with it.
        free = [image for image in images if image["digest"] not in blocked]
        going = follow(free, {digest: what for digest, what in chosen.items() if digest not in blocked})
        more = held(images, going)
        if not more:
            return going
        blocked |= more
