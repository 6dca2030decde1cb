"""Repositories and their tags."""
ANSWERS = {
    "CreateRepository": "ok InvalidParameterException InvalidTagParameterException TooManyTagsException "
                        "RepositoryAlreadyExistsException",
    "DescribeRepositories": "ok InvalidParameterException RepositoryNotFoundException",
    "DeleteRepository": "ok InvalidParameterException RepositoryNotFoundException RepositoryNotEmptyException",
    "PutImageTagMutability": "ok InvalidParameterException RepositoryNotFoundException",
    "TagResource": "ok InvalidParameterException InvalidTagParameterException TooManyTagsException "
                   "RepositoryNotFoundException",
    "UntagResource": "ok InvalidParameterException InvalidTagParameterException TooManyTagsException "
                     "RepositoryNotFoundException",
    "ListTagsForResource": "ok InvalidParameterException RepositoryNotFoundException",
}
NO_KMS = {"KmsException": "keys are kept and told, and nothing is asked of KMS"}
CANNOT = {
    "CreateRepository": {**NO_KMS, "LimitExceededException": "the limit is a million repositories"},
    "DeleteRepository": NO_KMS,
}


def run(t):
    create(t)
    describe(t)
    mutability(t)
    tags(t)
    delete(t)


def create(t):
    made = t.call("CreateRepository", repositoryName=t.prefix + "app")["repository"]
    with t.case("a plain repository"):
        t.same("defaults", ("MUTABLE", {"scanOnPush": False}, {"encryptionType": "AES256"}),
               (made["imageTagMutability"], made["imageScanningConfiguration"], made["encryptionConfiguration"]))
        t.same("its ARN", f"arn:aws:ecr:us-east-1:123456789012:repository/{t.prefix}app", made["repositoryArn"])
        t.check("its URI leads here", made["repositoryUri"].startswith("127.0.0.1:")
                and made["repositoryUri"].endswith("/" + t.prefix + "app"), made["repositoryUri"])
    made = t.call("CreateRepository", repositoryName=t.prefix + "team/all.of-it__x", registryId="123456789012",
                  imageTagMutability="IMMUTABLE_WITH_EXCLUSION",
                  imageTagMutabilityExclusionFilters=[{"filterType": "WILDCARD", "filter": "latest*"}],
                  imageScanningConfiguration={"scanOnPush": True},
                  encryptionConfiguration={"encryptionType": "KMS", "kmsKey": "arn:aws:kms:us-east-1:1:key/x"},
                  tags=[{"Key": "team", "Value": "a"}, {"Key": "empty", "Value": ""}])["repository"]
    t.same("all options", ("IMMUTABLE_WITH_EXCLUSION", [{"filterType": "WILDCARD", "filter": "latest*"}],
                           {"scanOnPush": True}, "arn:aws:kms:us-east-1:1:key/x"),
           (made["imageTagMutability"], made["imageTagMutabilityExclusionFilters"],
            made["imageScanningConfiguration"], made["encryptionConfiguration"]["kmsKey"]))

    def no(code, message, **parameters):
        t.refused("CreateRepository", code, message, **{"repositoryName": t.prefix + "no", **parameters})

    no("RepositoryAlreadyExistsException",
       "^The repository with name '.*app' already exists in the registry with id '123456789012'$",
       repositoryName=t.prefix + "app")
    no("InvalidParameterException", "^Invalid parameter at 'repositoryName' failed to satisfy constraint: "
       "'must satisfy regular expression '", repositoryName="No-Capitals")
    for name in ("a//b", "-a", "a_", "../x", "a/", "a___b", "ä-ö", "a\tb"):
        no("InvalidParameterException", "regular expression", repositoryName=name)
    no("InvalidParameterException", "Value 'a' at 'repositoryName' failed to satisfy constraint: Member must have "
       "length greater than or equal to 2", repositoryName="a")
    no("InvalidParameterException", "length less than or equal to 256", repositoryName="a" * 257)
    no("InvalidParameterException", r"enum value set: \[MUTABLE, IMMUTABLE", imageTagMutability="SOMETIMES")
    no("InvalidParameterException", "ExclusionFilters", imageTagMutability="IMMUTABLE_WITH_EXCLUSION")
    no("InvalidParameterException", "ExclusionFilters", imageTagMutability="MUTABLE",
       imageTagMutabilityExclusionFilters=[{"filterType": "WILDCARD", "filter": "x"}])
    no("InvalidParameterException", "member.filter", imageTagMutability="MUTABLE_WITH_EXCLUSION",
       imageTagMutabilityExclusionFilters=[{"filterType": "WILDCARD", "filter": "a/b"}])
    no("InvalidParameterException", "less than or equal to 5", imageTagMutability="MUTABLE_WITH_EXCLUSION",
       imageTagMutabilityExclusionFilters=[{"filterType": "WILDCARD", "filter": f"x{i}"} for i in range(6)])
    no("InvalidParameterException", "encryptionType", encryptionConfiguration={"encryptionType": "ROT13"})
    no("InvalidParameterException", "kmsKey",
       encryptionConfiguration={"encryptionType": "AES256", "kmsKey": "x"})
    no("InvalidTagParameterException", "", tags=[{"Key": "k" * 129, "Value": "v"}])
    no("InvalidTagParameterException", "", tags=[{"Key": "k", "Value": "v" * 257}])
    no("InvalidTagParameterException", "aws: prefixed", tags=[{"Key": "aws:x", "Value": "v"}])
    no("InvalidTagParameterException", "Duplicate", tags=[{"Key": "x", "Value": "1"}, {"Key": "x", "Value": "2"}])
    no("TooManyTagsException", "50", tags=[{"Key": f"k{i}", "Value": ""} for i in range(51)])
    no("AccessDeniedException", "ecr:CreateRepository", registryId="999999999999")
    no("InvalidParameterException", "registryId", registryId="12")


def describe(t):
    names = [t.repository(f"page/r{i:02}") for i in range(7)]
    with t.case("pages"):
        pages, token = [], {}
        while True:
            page = t.call("DescribeRepositories", maxResults=3, **token)
            pages += [r["repositoryName"] for r in page["repositories"]]
            if "nextToken" not in page:
                break
            token = {"nextToken": page["nextToken"]}
        t.check("every page once, in order", pages == sorted(set(pages)) and set(names) <= set(pages), pages)
    if t.driver == "boto3":
        found = [r["repositoryName"] for page in t.clients["boto"].get_paginator("describe_repositories").paginate(
            PaginationConfig={"PageSize": 2}) for r in page["repositories"]]
        t.same("boto3's paginator", pages, found)
    named = t.call("DescribeRepositories", repositoryNames=[names[4], names[1]])["repositories"]
    t.same("by names", [names[4], names[1]], [r["repositoryName"] for r in named])
    t.refused("DescribeRepositories", "RepositoryNotFoundException",
              f"^The repository with name '{t.prefix}none' does not exist in the registry with id '123456789012'$",
              repositoryNames=[names[0], t.prefix + "none"])
    t.refused("DescribeRepositories", "InvalidParameterException", "maxResults", maxResults=5,
              repositoryNames=[names[0]])
    t.refused("DescribeRepositories", "InvalidParameterException", "1 validation error detected: Value '1001' at "
              "'maxResults' failed to satisfy constraint: Member must have value less than or equal to 1000",
              maxResults=1001)
    t.refused("DescribeRepositories", "InvalidParameterException", "greater than or equal to 1", maxResults=0)
    t.refused("DescribeRepositories", "InvalidParameterException", "nextToken", nextToken="bm9uc2Vuc2U6eA==")
    other = t.call("DescribeRepositories", maxResults=1)["nextToken"]
    t.refused("DescribeRepositories", "InvalidParameterException", "nextToken", nextToken=other,
              registryId="123456789012")
    t.refused("DescribeRepositories", "AccessDeniedException", "", registryId="999999999999")
    if t.driver == "boto3":
        elsewhere = t.client(region_name="ap-south-2")
        t.same("another region has none of them", [], t.by_boto("DescribeRepositories", {}, elsewhere)["repositories"])


def mutability(t):
    name = t.repository("mutable")
    for mode in ("IMMUTABLE", "MUTABLE"):
        t.same(f"mode {mode}", mode, t.call("PutImageTagMutability", repositoryName=name, imageTagMutability=mode)[
            "imageTagMutability"])
    filters = [{"filterType": "WILDCARD", "filter": "dev-*"}, {"filterType": "WILDCARD", "filter": "latest"}]
    for mode in ("MUTABLE_WITH_EXCLUSION", "IMMUTABLE_WITH_EXCLUSION"):
        answer = t.call("PutImageTagMutability", repositoryName=name, imageTagMutability=mode,
                        imageTagMutabilityExclusionFilters=filters)
        t.same(f"mode {mode}", filters, answer["imageTagMutabilityExclusionFilters"])
    kept = t.call("DescribeRepositories", repositoryNames=[name])["repositories"][0]
    t.same("it is kept", ("IMMUTABLE_WITH_EXCLUSION", filters),
           (kept["imageTagMutability"], kept["imageTagMutabilityExclusionFilters"]))
    t.refused("PutImageTagMutability", "InvalidParameterException", "Value null at 'imageTagMutability'",
              repositoryName=name)
    t.refused("PutImageTagMutability", "RepositoryNotFoundException", "", repositoryName=t.prefix + "none",
              imageTagMutability="MUTABLE")


def tags(t):
    name = t.repository("tagged", tags=[{"Key": "first", "Value": "1"}])
    arn = f"arn:aws:ecr:us-east-1:123456789012:repository/{name}"
    none = f"arn:aws:ecr:us-east-1:123456789012:repository/{t.prefix}none"

    def have():
        return {tag["Key"]: tag["Value"] for tag in t.call("ListTagsForResource", resourceArn=arn)["tags"]}

    t.same("tags of its making", {"first": "1"}, have())
    t.same("TagResource answers with nothing", {},
           t.call("TagResource", resourceArn=arn, tags=[{"Key": "first", "Value": "ü"}, {"Key": "b", "Value": ""}]))
    t.same("set and replaced", {"first": "ü", "b": ""}, have())
    t.call("UntagResource", resourceArn=arn, tagKeys=["first", "never-there"])
    t.same("removed", {"b": ""}, have())
    many = [{"Key": f"k{i}", "Value": "v"} for i in range(50)]
    t.refused("TagResource", "TooManyTagsException", "", resourceArn=arn, tags=many)
    t.refused("UntagResource", "TooManyTagsException", "", resourceArn=arn, tagKeys=[m["Key"] for m in many] + ["x"])
    t.same("a refused change changes nothing", {"b": ""}, have())
    t.refused("TagResource", "InvalidTagParameterException", "", resourceArn=arn, tags=[{"Key": "", "Value": "v"}])
    t.refused("UntagResource", "InvalidTagParameterException", "", resourceArn=arn, tagKeys=[""])
    for operation, more in (("TagResource", {"tags": []}), ("UntagResource", {"tagKeys": []}),
                            ("ListTagsForResource", {})):
        t.refused(operation, "RepositoryNotFoundException", "", resourceArn=none, **more)
        for bad in ("arn:aws:s3:::bucket", "repository/x", "", "arn:aws:ecr:eu-west-1:123456789012:repository/aa"):
            t.refused(operation, "InvalidParameterException", "resourceArn", resourceArn=bad, **more)
    t.refused("TagResource", "InvalidParameterException", "Value null at 'tags.1.member.Value'", resourceArn=arn,
              tags=[{"Key": "k"}])


def delete(t):
    name = t.repository("gone")
    t.same("an empty one", name, t.call("DeleteRepository", repositoryName=name)["repository"]["repositoryName"])
    t.refused("DeleteRepository", "RepositoryNotFoundException", "", repositoryName=name)
    t.refused("DeleteRepository", "InvalidParameterException", "repositoryName", repositoryName="A")
    name = t.repository("full")
    t.image(name, "full", "v1")
    t.refused("DeleteRepository", "RepositoryNotEmptyException", f"^The repository with name '{name}' in registry with "
              "id '123456789012' cannot be deleted because it still contains images", repositoryName=name)
    t.same("by force", name, t.call("DeleteRepository", repositoryName=name, force=True)["repository"]["repositoryName"])
    t.refused("ListImages", "RepositoryNotFoundException", "", repositoryName=name)
