"""A small repository, and whether GetLifecyclePolicyPreview, `lifecycle evaluate` of what DescribeImages lists, the two
ways of `lifecycle preview` and the model of tests/oracle agree on it, policy by policy; then that expiry does so.
usage: lifecycle_live.py WORK PLIMSOLL DATA"""
import json
import subprocess
import sys
import time

from ecr_test import Test
from lifecycle_model import evaluate

work, program, data = sys.argv[1:]
test = Test("boto3", work)
test.group = "lifecycle"
IMAGE_CONFIG = "application/vnd.oci.image.config.v1+json"


def about(subject, name, artifact_type):
    return test.image("app", f"{name} of {subject}", subject=test.descriptor("app", subject), artifact_type=artifact_type)


def fill():
    """Quick pushes on purpose: several fall into one second."""
    for number in range(5):
        test.image("app", f"image {number}", f"v{number}")
    children = [test.image("app", f"child {number}") for number in range(2)]
    index = test.index("app", children, "multi")
    for subject in (children[0], index):
        sbom = about(subject, "sbom", "application/spdx+json")
        about(sbom, "signature", "application/x-signature")
    test.image("app", "untagged")
    test.image("app", "runs, and names a subject", "derived", subject=test.descriptor("app", index))


def question(policy):
    details = [one for page in test.client().get_paginator("describe_images").paginate(
        repositoryName="app", filter={"imageStatus": "ANY"}) for one in page["imageDetails"]]
    return {"now": time.time(), "policy": policy, "images": [question_image(one) for one in details]}


def question_image(detail):
    digest, kind = detail["imageDigest"], "image"
    image = {"digest": digest, "tags": detail.get("imageTags", []), "pushedAt": detail["imagePushedAt"].timestamp(),
             "storageClass": "ARCHIVE" if detail["imageStatus"] == "ARCHIVED" else "STANDARD"}
    for name, field in (("lastPulledAt", "lastRecordedPullTime"), ("archivedAt", "lastArchivedAt"),
                        ("activatedAt", "lastActivatedAt")):
        if field in detail:
            image[name] = detail[field].timestamp()
    if "index" in detail["imageManifestMediaType"]:
        manifest = test.call("BatchGetImage", repositoryName="app", imageIds=[{"imageDigest": digest}])["images"][0]
        image["children"] = [one["digest"] for one in json.loads(manifest["imageManifest"])["manifests"]]
        kind = "index"
    elif "subjectManifestDigest" in detail and detail["artifactMediaType"] != IMAGE_CONFIG:
        kind = "artifact"
    return image | {"kind": kind, "subject": detail.get("subjectManifestDigest")}


def run(*command, text=None):
    return json.loads(subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout)


def by_preview(policy, *more):
    rows = run(program, "lifecycle", "preview", "app", "--policy", "-", "--format", "json", *more,
               text=json.dumps(policy))["images"]
    words = {"expire": "expire", "archive": "transition"}
    return {row["digest"]: {"priority": row["priority"], "action": words[row["verdict"]]}
            for row in rows if row["verdict"] in words}


def by_ecr(policy):
    text = json.dumps(policy).ljust(100)
    run("aws", "ecr", "start-lifecycle-policy-preview", "--repository-name", "app", "--lifecycle-policy-text", text)
    rows = run("aws", "ecr", "get-lifecycle-policy-preview", "--repository-name", "app")["previewResults"]
    return {row["imageDigest"]: {"priority": row["appliedRulePriority"], "action": row["action"]["type"].lower()}
            for row in rows}


def agree(what, policy):
    asked = question(policy)
    wanted = evaluate(asked)
    test.check(f"{what}: acts on some and not on all", 0 < len(wanted) < len(asked["images"]))
    test.same(f"{what}: evaluate", wanted, run(program, "lifecycle", "evaluate", text=json.dumps(asked)))
    test.same(f"{what}: the registry's preview", wanted, by_ecr(policy))
    test.same(f"{what}: lifecycle preview over the API", wanted, by_preview(policy))
    test.same(f"{what}: lifecycle preview of the data folder", wanted, by_preview(policy, "--data", data))
    return wanted


def rule(priority, status, number, action="expire", **selection):
    target = {"targetStorageClass": "archive"} if action == "transition" else {}
    chosen = {"tagStatus": status, "countType": "imageCountMoreThan", "countNumber": number} | selection
    return {"rulePriority": priority, "selection": chosen, "action": {"type": action} | target}


fill()
for keep in (1, 3, 7):
    agree(f"the newest {keep} stay", {"rules": [rule(1, "any", keep)]})
agree("tagged ones stay", {"rules": [rule(1, "tagged", 100, tagPatternList=["v*"]), rule(2, "any", 1)]})
agree("two prefixes", {"rules": [rule(3, "any", 2), rule(1, "tagged", 1, tagPrefixList=["v"]),
                                 rule(2, "untagged", 1, "transition")]})


def listed(archived=False):
    return sorted(one["digest"] for one in question(None)["images"] if not archived or one["storageClass"] == "ARCHIVE")


def deed(what, policy, expected, **how):
    """The policy is carried out every second."""
    test.call("PutLifecyclePolicy", repositoryName="app", lifecyclePolicyText=json.dumps(policy).ljust(100))
    end = time.time() + 120
    while time.time() < end and listed(**how) != expected:
        time.sleep(0.2)
    test.same(what, expected, listed(**how))


policy = {"rules": [rule(1, "any", 3, "transition")]}
going = agree("archive", policy)
deed("what was said to be archived is archived", policy, sorted(going), archived=True)
policy = {"rules": [rule(1, "any", 1)]}
before, going = listed(), agree("what is left expires", policy)
deed("what was said to expire is gone", policy, sorted(set(before) - set(going)))
