"""Repository creation templates, and what repositories are made with that the registry makes itself."""
import json
import urllib.request

import ecr_test

ANSWERS = {
    "CreateRepositoryCreationTemplate": "ok InvalidParameterException TemplateAlreadyExistsException",
    "UpdateRepositoryCreationTemplate": "ok InvalidParameterException TemplateNotFoundException",
    "DeleteRepositoryCreationTemplate": "ok InvalidParameterException TemplateNotFoundException",
    "DescribeRepositoryCreationTemplates": "ok InvalidParameterException",
}
NO_VALIDATION = {"ValidationException": "what is out of its limits is InvalidParameterException"}
CANNOT = {operation: NO_VALIDATION for operation in ANSWERS}
CANNOT["CreateRepositoryCreationTemplate"] = {**NO_VALIDATION, "LimitExceededException": "the limit is 100 templates"}

LIFECYCLE = json.dumps({"rules": [{"rulePriority": 1, "description": "keep ten", "selection": {
    "tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10}, "action": {"type": "expire"}}]})
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{
    "Effect": "Allow", "Principal": "*", "Action": ["ecr:BatchGetImage"]}]})


def run(t):
    prefix = t.prefix + "made"
    whole = {
        "prefix": prefix, "description": "for the tests", "appliedFor": ["CREATE_ON_PUSH", "PULL_THROUGH_CACHE"],
        "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
        "imageTagMutabilityExclusionFilters": [{"filterType": "WILDCARD", "filter": "dev*"}],
        "resourceTags": [{"Key": "team", "Value": "a"}], "lifecyclePolicy": LIFECYCLE, "repositoryPolicy": POLICY,
        "encryptionConfiguration": {"encryptionType": "KMS",
                                    "kmsKey": "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab"},
    }
    made = t.call("CreateRepositoryCreationTemplate", **whole)["repositoryCreationTemplate"]
    t.same("what was sent is told", whole, {name: made.get(name) for name in whole})
    t.refused("CreateRepositoryCreationTemplate", "TemplateAlreadyExistsException", "already exists", **whole)
    with t.case("a push makes a repository by it"):
        by_template(t, prefix + "/app")
    changed = t.call("UpdateRepositoryCreationTemplate", prefix=prefix, description="changed",
                     appliedFor=["REPLICATION"])["repositoryCreationTemplate"]
    t.same("only what is there changes", {**whole, "description": "changed", "appliedFor": ["REPLICATION"]},
           {name: changed.get(name) for name in whole})
    describe(t, prefix)
    refusals(t)
    t.same("the template that was deleted", prefix, t.call("DeleteRepositoryCreationTemplate", prefix=prefix)[
        "repositoryCreationTemplate"]["prefix"])


def push(t, name, tag):
    """A configuration and a manifest by the distribution API, as docker would."""
    secret = t.call("GetAuthorizationToken")["authorizationData"][0]["authorizationToken"]

    def ask(method, path, body=None, **headers):
        url = path if path.startswith("http") else ecr_test.ENDPOINT + path
        request = urllib.request.Request(url, data=body, method=method,
                                         headers={"Authorization": "Basic " + secret, **headers})
        with urllib.request.urlopen(request) as response:
            return response

    config = json.dumps({"architecture": "amd64", "os": "linux", "name": name}).encode()
    digest = ecr_test.digest_of(config)
    place = ask("POST", f"/v2/{name}/blobs/uploads/", b"").headers["Location"]
    ask("PUT", f"{place}{'&' if '?' in place else '?'}digest={digest}", config,
        **{"Content-Type": "application/octet-stream"})
    manifest = json.dumps({"schemaVersion": 2, "mediaType": ecr_test.MANIFEST, "layers": [], "config": {
        "mediaType": ecr_test.CONFIG, "digest": digest, "size": len(config)}}).encode()
    ask("PUT", f"/v2/{name}/manifests/{tag}", manifest, **{"Content-Type": ecr_test.MANIFEST})


def by_template(t, name):
    push(t, name, "v1")
    made = t.call("DescribeRepositories", repositoryNames=[name])["repositories"][0]
    t.same("a push makes it as the template says",
           ("IMMUTABLE_WITH_EXCLUSION", [{"filterType": "WILDCARD", "filter": "dev*"}], "KMS"),
           (made["imageTagMutability"], made["imageTagMutabilityExclusionFilters"],
            made["encryptionConfiguration"]["encryptionType"]))
    t.same("with its tags", [{"Key": "team", "Value": "a"}],
           t.call("ListTagsForResource", resourceArn=made["repositoryArn"])["tags"])
    t.same("its lifecycle policy", LIFECYCLE, t.call("GetLifecyclePolicy", repositoryName=name)["lifecyclePolicyText"])
    t.same("and its policy", POLICY, t.call("GetRepositoryPolicy", repositoryName=name)["policyText"])
    push(t, t.prefix + "elsewhere", "v1")
    other = t.call("DescribeRepositories", repositoryNames=[t.prefix + "elsewhere"])["repositories"][0]
    t.same("others are as ever", "MUTABLE", other["imageTagMutability"])


def describe(t, prefix):
    t.call("CreateRepositoryCreationTemplate", prefix=prefix + "2/", appliedFor=["REPLICATION"])
    t.call("CreateRepositoryCreationTemplate", prefix="ROOT", appliedFor=["REPLICATION"])
    listed = t.call("DescribeRepositoryCreationTemplates")["repositoryCreationTemplates"]
    t.same("all of them", {prefix, prefix + "2", "ROOT"}, {one["prefix"] for one in listed})
    named = t.call("DescribeRepositoryCreationTemplates", prefixes=[prefix, t.prefix + "none"])
    t.same("by name those that are there", [prefix], [o["prefix"] for o in named["repositoryCreationTemplates"]])
    pages, token = [], None
    while True:
        page = t.call("DescribeRepositoryCreationTemplates", maxResults=1, **({"nextToken": token} if token else {}))
        pages += page["repositoryCreationTemplates"]
        token = page.get("nextToken")
        if not token:
            break
    t.same("pages of one are the whole", listed, pages)
    t.refused("DescribeRepositoryCreationTemplates", "InvalidParameterException", "maxResults", maxResults=1001)
    for one in (prefix + "2", "ROOT"):
        t.call("DeleteRepositoryCreationTemplate", prefix=one)


def refusals(t):
    for operation in ("UpdateRepositoryCreationTemplate", "DeleteRepositoryCreationTemplate"):
        t.refused(operation, "TemplateNotFoundException", "can't be found", prefix=t.prefix + "none")
        t.refused(operation, "InvalidParameterException", "prefix", prefix="UPPER")
        t.refused(operation, "InvalidParameterException", "prefix")

    def no(message, **parameters):
        t.refused("CreateRepositoryCreationTemplate", "InvalidParameterException", message,
                  **{"prefix": t.prefix + "no", "appliedFor": ["REPLICATION"], **parameters})

    no("appliedFor", appliedFor=["NEVER"])
    no("description", description="x" * 257)
    no("lifecyclePolicy", lifecyclePolicy="{}")
    no("repositoryPolicy", repositoryPolicy="{}")
    no("", resourceTags=[{"Key": "", "Value": "x"}])
    no("kmsKey", encryptionConfiguration={"encryptionType": "AES256",
                                          "kmsKey": "arn:aws:kms:us-east-1:123456789012:key/1"})
    no("", encryptionConfiguration={"encryptionType": "ROT13"})
    no("", imageTagMutability="SOMETIMES")
