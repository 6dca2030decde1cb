"""Lifecycle policies and their preview."""
import json
import time

ANSWERS = {
    "PutLifecyclePolicy": "ok InvalidParameterException RepositoryNotFoundException",
    "GetLifecyclePolicy": "ok InvalidParameterException RepositoryNotFoundException LifecyclePolicyNotFoundException",
    "DeleteLifecyclePolicy": "ok InvalidParameterException RepositoryNotFoundException "
                             "LifecyclePolicyNotFoundException",
    "StartLifecyclePolicyPreview": "ok InvalidParameterException RepositoryNotFoundException "
                                   "LifecyclePolicyNotFoundException",
    "GetLifecyclePolicyPreview": "ok InvalidParameterException RepositoryNotFoundException "
                                 "LifecyclePolicyPreviewNotFoundException",
}
NO_VALIDATION = {"ValidationException": "what is out of its limits is InvalidParameterException"}
CANNOT = {operation: NO_VALIDATION for operation in ANSWERS}
CANNOT["StartLifecyclePolicyPreview"] = {
    **NO_VALIDATION, "LifecyclePolicyPreviewInProgressException": "two at the same moment: not by chance"}


def rule(priority, kind="expire", **selection):
    selection = {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 1, **selection}
    action = {"type": kind, **({"targetStorageClass": "archive"} if kind == "transition" else {})}
    return {"rulePriority": priority, "description": "a rule of the tests", "selection": selection, "action": action}


def policy(*rules):
    return json.dumps({"rules": list(rules)}).ljust(100)


def run(t):
    name = t.repository("lifecycle")
    none = t.prefix + "none"
    put(t, name, none)
    preview(t, none)


def put(t, name, none):
    text = policy(rule(1, countNumber=10))
    t.same("kept verbatim", text, t.call("PutLifecyclePolicy", repositoryName=name, lifecyclePolicyText=text)[
        "lifecyclePolicyText"])
    t.same("and told", text, t.call("GetLifecyclePolicy", repositoryName=name)["lifecyclePolicyText"])
    t.same("and taken away", text, t.call("DeleteLifecyclePolicy", repositoryName=name)["lifecyclePolicyText"])
    for operation in ("GetLifecyclePolicy", "DeleteLifecyclePolicy", "StartLifecyclePolicyPreview"):
        t.refused(operation, "LifecyclePolicyNotFoundException", "Lifecycle policy does not exist for the repository "
                  f"with name '{name}' in the registry with id '123456789012'", repositoryName=name)
        t.refused(operation, "RepositoryNotFoundException", "", repositoryName=none)
        t.refused(operation, "InvalidParameterException", "repositoryName", repositoryName="A")

    def no(text, message, repository=name, code="InvalidParameterException"):
        for operation in ("PutLifecyclePolicy", "StartLifecyclePolicyPreview"):
            t.refused(operation, code, message, repositoryName=repository, lifecyclePolicyText=text)

    failure = "^Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: 'Lifecycle policy validation " \
              "failure"
    no("x" * 99, "greater than or equal to 100")
    no("x" * 30721, "less than or equal to 30720")
    no("this is no policy".ljust(100), failure)
    no("[]".ljust(100), failure)
    no(policy(rule(2), rule(1)).ljust(100), failure)
    no(policy(rule(1, tagStatus="untagged"), rule(2, tagStatus="untagged")),
       "Only one rule can select Untagged images per storage class")
    no(policy(rule(1), rule(2, tagStatus="untagged")),
       "Rule for tagStatus=ANY must have the lowest priority per storage class")
    no(policy(rule(1, tagStatus="tagged")), "Must specify tagPrefixList or tagPatternList when tagStatus=TAGGED")
    no(policy(rule(1, countType="sinceImagePushed")), failure)
    no(policy(rule(1, countNumber=0)), failure)
    no(policy(rule(1, countType="sinceImagePulled", countUnit="days")), failure)
    no(policy(*[rule(i + 1, tagStatus="tagged", tagPrefixList=[f"p{i}"]) for i in range(51)]), failure)
    no(text, "", none, "RepositoryNotFoundException")


def preview(t, none):
    name = t.repository("preview")
    digests = []
    for i in range(5):
        digests.append(t.image(name, f"image {i}", f"v{i}"))
        time.sleep(0.01)
    untagged = t.image(name, "untagged")
    t.refused("GetLifecyclePolicyPreview", "LifecyclePolicyPreviewNotFoundException", "", repositoryName=name)
    t.refused("GetLifecyclePolicyPreview", "RepositoryNotFoundException", "", repositoryName=none)
    text = policy(rule(1, tagStatus="untagged", countNumber=5), rule(2, countNumber=2))
    started = t.call("StartLifecyclePolicyPreview", repositoryName=name, lifecyclePolicyText=text)
    t.check("started", started["status"] in ("IN_PROGRESS", "COMPLETE") and started["lifecyclePolicyText"] == text,
            started)
    if t.driver == "boto3":
        waiter = t.clients["boto"].get_waiter("lifecycle_policy_preview_complete")
        waiter.wait(repositoryName=name)
        t.ok("boto3's waiter")
    answer = t.call("GetLifecyclePolicyPreview", repositoryName=name)
    results = {result["imageDigest"]: result for result in answer["previewResults"]}
    t.same("status and summary", ("COMPLETE", {"expiringImageTotalCount": len(results),
                                               "transitioningImageTotalCounts": []}),
           (answer["status"], answer["summary"]))
    t.check("the oldest go, untagged ones are out of reach", set(results) < set(digests) and len(results) in (3, 4)
            and untagged not in results, sorted(results), digests)
    for result in results.values():
        t.same("why", ({"type": "EXPIRE"}, 2, "STANDARD"),
               (result["action"], result["appliedRulePriority"], result["storageClass"]))
        t.same("which", [f"v{digests.index(result['imageDigest'])}"], result["imageTags"])
        break
    found, token = [], {}
    while True:
        page = t.call("GetLifecyclePolicyPreview", repositoryName=name, maxResults=1, **token)
        found += [result["imageDigest"] for result in page["previewResults"]]
        if "nextToken" not in page:
            break
        token = {"nextToken": page["nextToken"]}
    t.same("in pages", sorted(results), found)
    if t.driver == "boto3":
        pages = t.clients["boto"].get_paginator("get_lifecycle_policy_preview").paginate(
            repositoryName=name, PaginationConfig={"PageSize": 2})
        t.same("boto3's paginator", sorted(results),
               [result["imageDigest"] for page in pages for result in page["previewResults"]])
    one = sorted(results)[0]
    t.same("by id", [one], [result["imageDigest"] for result in t.call(
        "GetLifecyclePolicyPreview", repositoryName=name, imageIds=[{"imageDigest": one}, {"imageDigest": untagged}])[
        "previewResults"]])
    t.same("none untagged", [], t.call("GetLifecyclePolicyPreview", repositoryName=name,
                                       filter={"tagStatus": "UNTAGGED"})["previewResults"])
    t.refused("GetLifecyclePolicyPreview", "InvalidParameterException", "less than or equal to 100",
              repositoryName=name, maxResults=101)
    t.refused("GetLifecyclePolicyPreview", "InvalidParameterException", "tagStatus", repositoryName=name,
              filter={"tagStatus": "X"})
    t.call("PutLifecyclePolicy", repositoryName=name, lifecyclePolicyText=policy(rule(7, "transition", countNumber=6)))
    t.call("StartLifecyclePolicyPreview", repositoryName=name)
    answer = t.call("GetLifecyclePolicyPreview", repositoryName=name)
    t.same("the policy that was put", (0, []), (answer["summary"]["expiringImageTotalCount"], answer["previewResults"]))
    t.call("StartLifecyclePolicyPreview", repositoryName=name,
           lifecyclePolicyText=policy(rule(7, "transition", countNumber=4)))
    answer = t.call("GetLifecyclePolicyPreview", repositoryName=name)
    t.same("to the archive", {"expiringImageTotalCount": 0, "transitioningImageTotalCounts": [
        {"targetStorageClass": "ARCHIVE", "imageTotalCount": 2}]}, answer["summary"])
    t.same("its action", {"type": "TRANSITION", "targetStorageClass": "ARCHIVE"}, answer["previewResults"][0]["action"])
    t.same("a preview changes nothing", 6, len(t.call("ListImages", repositoryName=name)["imageIds"]))
