"""Images: put, get, list, describe, delete, referrers, storage class."""
import json

from ecr_test import INDEX, MANIFEST, digest_of

NO_UPSTREAM = "cache rules have cases of their own"
ANSWERS = {
    "PutImage": "ok InvalidParameterException RepositoryNotFoundException ImageAlreadyExistsException "
                "LayersNotFoundException ReferencedImagesNotFoundException ImageTagAlreadyExistsException "
                "ImageDigestDoesNotMatchException",
    "BatchGetImage": "ok InvalidParameterException RepositoryNotFoundException",
    "BatchDeleteImage": "ok InvalidParameterException RepositoryNotFoundException",
    "ListImages": "ok InvalidParameterException RepositoryNotFoundException",
    "DescribeImages": "ok InvalidParameterException RepositoryNotFoundException ImageNotFoundException",
    "ListImageReferrers": "ok InvalidParameterException RepositoryNotFoundException",
    "UpdateImageStorageClass": "ok InvalidParameterException ImageNotFoundException "
                               "ImageStorageClassUpdateNotSupportedException RepositoryNotFoundException",
}
NO_VALIDATION = {"ValidationException": "what is out of its limits is InvalidParameterException"}
CANNOT = {
    "PutImage": {"KmsException": "nothing is asked of KMS", "LimitExceededException": "100,000 images, or a quota"},
    "BatchGetImage": {"LimitExceededException": "no limit of ours", "UnableToGetUpstreamImageException":
                      "upstream's trouble is in failures[]: UpstreamUnavailable"},
    "ListImageReferrers": {**NO_VALIDATION, "UnableToListUpstreamImageReferrersException": NO_UPSTREAM},
    "UpdateImageStorageClass": NO_VALIDATION,
}


def run(t):
    put(t)
    get(t)
    listing(t)
    describe(t)
    delete(t)
    referrers(t)
    storage(t)


def put(t):
    name = t.repository("put")
    text = t.manifest(name, "one")
    image = t.call("PutImage", repositoryName=name, imageManifest=text, imageTag="v1", imageDigest=digest_of(
        text.encode()))["image"]
    t.same("its id", {"imageDigest": digest_of(text.encode()), "imageTag": "v1"}, image["imageId"])
    t.same("the manifest comes back as it was", (text, MANIFEST),
           (image["imageManifest"], image["imageManifestMediaType"]))

    def no(code, message="", **parameters):
        t.refused("PutImage", code, message, **{"repositoryName": name, "imageManifest": text, **parameters})

    no("ImageAlreadyExistsException", f"^Image with digest '{digest_of(text.encode())}' and tag 'v1' already exists in "
       f"the repository with name '{name}' in registry with id '123456789012'$", imageTag="v1")
    t.same("another tag for it", "v2", t.call("PutImage", repositoryName=name, imageManifest=text, imageTag="v2")[
        "image"]["imageId"]["imageTag"])
    no("ImageDigestDoesNotMatchException", "", imageDigest="sha256:" + "0" * 64, imageTag="v3")
    no("InvalidParameterException", "imageDigest", imageDigest="sha256:nonsense")
    no("InvalidParameterException", "imageTag", imageTag="-starts-with-a-dash")
    no("InvalidParameterException", "less than or equal to 300", imageTag="x" * 301)
    no("InvalidParameterException", "imageTag", imageTag="x" * 129)
    no("InvalidParameterException", "Invalid JSON", imageManifest="this is no manifest")
    no("InvalidParameterException", "", imageManifest="[1]")
    no("InvalidParameterException", "", imageManifest='{"mediaType": "%s"}' % MANIFEST)
    no("InvalidParameterException", "imageManifestMediaType", imageManifest='{"schemaVersion": 2}')
    no("InvalidParameterException", "Value null at 'imageManifest'", imageManifest=None) if t.driver == "aws" else None
    no("RepositoryNotFoundException", "", repositoryName=t.prefix + "none")
    missing = json.loads(text)
    missing["layers"][0]["digest"] = "sha256:" + "ab" * 32
    no("LayersNotFoundException", "ab" * 32, imageManifest=json.dumps(missing))
    no("ReferencedImagesNotFoundException", "ab" * 32, imageManifest=json.dumps(
        {"schemaVersion": 2, "mediaType": INDEX,
         "manifests": [{"mediaType": MANIFEST, "digest": "sha256:" + "ab" * 32, "size": 5}]}))

    name = t.repository("immutable", imageTagMutability="IMMUTABLE")
    first, second = t.manifest(name, "first"), t.manifest(name, "second")
    t.call("PutImage", repositoryName=name, imageManifest=first, imageTag="v1")
    no("ImageTagAlreadyExistsException", f"^The image tag 'v1' already exists in the '{name}' repository and cannot be "
       "overwritten because the repository is immutable.$", repositoryName=name, imageManifest=second, imageTag="v1")
    t.call("PutImageTagMutability", repositoryName=name, imageTagMutability="IMMUTABLE_WITH_EXCLUSION",
           imageTagMutabilityExclusionFilters=[{"filterType": "WILDCARD", "filter": "l*t"}])
    t.call("PutImage", repositoryName=name, imageManifest=first, imageTag="latest")
    t.same("an excluded tag moves", "latest", t.call("PutImage", repositoryName=name, imageManifest=second,
                                                     imageTag="latest")["image"]["imageId"]["imageTag"])
    no("ImageTagAlreadyExistsException", "", repositoryName=name, imageManifest=second, imageTag="v1")
    t.call("PutImageTagMutability", repositoryName=name, imageTagMutability="MUTABLE_WITH_EXCLUSION",
           imageTagMutabilityExclusionFilters=[{"filterType": "WILDCARD", "filter": "v*"}])
    no("ImageTagAlreadyExistsException", "", repositoryName=name, imageManifest=second, imageTag="v1")
    t.call("PutImage", repositoryName=name, imageManifest=first, imageTag="latest")


def get(t):
    name = t.repository("get")
    digest = t.image(name, "one", "v1")
    answer = t.call("BatchGetImage", repositoryName=name, imageIds=[
        {"imageTag": "v1"}, {"imageDigest": digest}, {"imageTag": "none"}, {"imageDigest": "nonsense"},
        {"imageTag": "-"}, {"imageTag": "v1", "imageDigest": "sha256:" + "0" * 64}, {}])
    t.same("those that are there", [{"imageDigest": digest, "imageTag": "v1"}, {"imageDigest": digest}],
           [image["imageId"] for image in answer["images"]])
    t.same("whose digest is theirs", [digest, digest],
           [digest_of(image["imageManifest"].encode()) for image in answer["images"]])
    t.same("and why the others are not", ["ImageNotFound", "InvalidImageDigest", "InvalidImageTag",
                                          "ImageTagDoesNotMatchDigest", "MissingDigestAndTag"],
           [failure["failureCode"] for failure in answer["failures"]])
    answer = t.call("BatchGetImage", repositoryName=name, imageIds=[{"imageTag": "v1"}],
                    acceptedMediaTypes=["application/vnd.docker.distribution.manifest.v1+json"])
    t.same("not in a form that is accepted", (0, "ImageNotFound"),
           (len(answer["images"]), answer["failures"][0]["failureCode"]))
    t.same("in one that is", 1, len(t.call("BatchGetImage", repositoryName=name, imageIds=[{"imageTag": "v1"}],
                                           acceptedMediaTypes=[INDEX, MANIFEST])["images"]))
    t.refused("BatchGetImage", "RepositoryNotFoundException", "", repositoryName=t.prefix + "none",
              imageIds=[{"imageTag": "x"}])
    t.refused("BatchGetImage", "InvalidParameterException", r"Value '\[\]' at 'imageIds' failed to satisfy constraint: "
              "Member must have length greater than or equal to 1", repositoryName=name, imageIds=[])
    t.refused("BatchGetImage", "InvalidParameterException", "less than or equal to 100", repositoryName=name,
              imageIds=[{"imageTag": "x"}] * 101)
    detail = t.call("DescribeImages", repositoryName=name, imageIds=[{"imageTag": "v1"}])["imageDetails"][0]
    t.check("a pull is recorded", "lastRecordedPullTime" in detail, detail)


def listing(t):
    name = t.repository("list")
    t.same("an empty one", [], t.call("ListImages", repositoryName=name)["imageIds"])
    wanted = set()
    for i in range(4):
        digest = t.image(name, f"image {i}", f"v{i}")
        text = t.call("BatchGetImage", repositoryName=name, imageIds=[{"imageDigest": digest}])["images"][0]
        t.call("PutImage", repositoryName=name, imageManifest=text["imageManifest"], imageTag=f"also-{i}")
        wanted |= {(digest, f"v{i}"), (digest, f"also-{i}")}
    untagged = {(t.image(name, f"untagged {i}"), None) for i in range(3)}

    def all_of(page, **more):
        found, token = [], {}
        while True:
            answer = t.call("ListImages", repositoryName=name, maxResults=page, **more, **token)
            found += [(image["imageDigest"], image.get("imageTag")) for image in answer["imageIds"]]
            if "nextToken" not in answer:
                return found
            token = {"nextToken": answer["nextToken"]}

    for page in (1, 2, 3, 11, 12):
        found = all_of(page)
        t.check(f"pages of {page}", len(found) == 11 and set(found) == wanted | untagged, sorted(map(str, found)))
    t.same("tagged", wanted, set(all_of(5, filter={"tagStatus": "TAGGED"})))
    t.same("untagged", untagged, set(all_of(2, filter={"tagStatus": "UNTAGGED"})))
    t.same("any", wanted | untagged, set(all_of(2, filter={"tagStatus": "ANY"})))
    if t.driver == "boto3":
        pages = t.clients["boto"].get_paginator("list_images").paginate(repositoryName=name,
                                                                        PaginationConfig={"PageSize": 2})
        t.same("boto3's paginator", 11, sum(len(page["imageIds"]) for page in pages))
    t.refused("ListImages", "InvalidParameterException", "filter.tagStatus", repositoryName=name,
              filter={"tagStatus": "SOME"})
    t.refused("ListImages", "InvalidParameterException", "nextToken", repositoryName=name, nextToken="x")
    t.refused("ListImages", "RepositoryNotFoundException", "", repositoryName=t.prefix + "none")


def describe(t):
    name = t.repository("describe")
    first = t.image(name, "first", "v1")
    second = t.image(name, "second", "v2")
    index = t.index(name, [first, second], "all")
    details = {image["imageDigest"]: image for image in t.call("DescribeImages", repositoryName=name)["imageDetails"]}
    t.same("all of them", {first, second, index}, set(details))
    t.same("tags", (["v1"], ["all"]), (details[first]["imageTags"], details[index]["imageTags"]))
    t.same("media types", (MANIFEST, INDEX, "application/vnd.oci.image.config.v1+json"),
           (details[first]["imageManifestMediaType"], details[index]["imageManifestMediaType"],
            details[first]["artifactMediaType"]))
    t.same("an index is as large as its largest image",
           max(details[first]["imageSizeInBytes"], details[second]["imageSizeInBytes"]),
           details[index]["imageSizeInBytes"])
    t.same("status", "ACTIVE", details[first]["imageStatus"])
    found, token = [], {}
    while True:
        page = t.call("DescribeImages", repositoryName=name, maxResults=1, **token)
        found += [image["imageDigest"] for image in page["imageDetails"]]
        if "nextToken" not in page:
            break
        token = {"nextToken": page["nextToken"]}
    t.same("in pages", sorted(details), found)
    if t.driver == "boto3":
        pages = t.clients["boto"].get_paginator("describe_images").paginate(repositoryName=name,
                                                                            PaginationConfig={"PageSize": 2})
        t.same("boto3's paginator", sorted(details), [i["imageDigest"] for page in pages for i in page["imageDetails"]])
    named = t.call("DescribeImages", repositoryName=name, imageIds=[{"imageTag": "v2"}, {"imageDigest": second},
                                                                    {"imageTag": "v1", "imageDigest": first}])
    t.same("by ids, each once", [second, first], [image["imageDigest"] for image in named["imageDetails"]])
    t.same("none untagged", [], t.call("DescribeImages", repositoryName=name, filter={"tagStatus": "UNTAGGED"})[
        "imageDetails"])
    t.refused("DescribeImages", "ImageNotFoundException",
              "^The image with imageId {imageDigest:'null', imageTag:'none'} does not exist within the repository with "
              f"name '{name}' in the registry with id '123456789012'$", repositoryName=name,
              imageIds=[{"imageTag": "none"}])
    t.refused("DescribeImages", "ImageNotFoundException", "", repositoryName=name,
              imageIds=[{"imageTag": "v1", "imageDigest": second}])
    t.refused("DescribeImages", "InvalidParameterException", "digest", repositoryName=name,
              imageIds=[{"imageDigest": "x"}])
    t.refused("DescribeImages", "InvalidParameterException", "maxResults", repositoryName=name, maxResults=1,
              imageIds=[{"imageTag": "v1"}])
    t.refused("DescribeImages", "RepositoryNotFoundException", "", repositoryName=t.prefix + "none")


def delete(t):
    name = t.repository("delete")
    digest = t.image(name, "one", "a")
    text = t.call("BatchGetImage", repositoryName=name, imageIds=[{"imageTag": "a"}])["images"][0]["imageManifest"]
    t.call("PutImage", repositoryName=name, imageManifest=text, imageTag="b")
    answer = t.call("BatchDeleteImage", repositoryName=name, imageIds=[{"imageTag": "a"}])
    t.same("a tag", ([{"imageDigest": digest, "imageTag": "a"}], []), (answer["imageIds"], answer["failures"]))
    t.same("the image stays", [{"imageDigest": digest, "imageTag": "b"}],
           t.call("ListImages", repositoryName=name)["imageIds"])
    answer = t.call("BatchDeleteImage", repositoryName=name, imageIds=[{"imageTag": "b", "imageDigest": digest}])
    t.same("its last tag", [{"imageDigest": digest, "imageTag": "b"}], answer["imageIds"])
    t.same("takes the image", [], t.call("ListImages", repositoryName=name)["imageIds"])
    child, other = t.image(name, "child", "c"), t.image(name, "other", "d")
    index = t.index(name, [child], "i")
    answer = t.call("BatchDeleteImage", repositoryName=name, imageIds=[
        {"imageDigest": child}, {"imageDigest": other}, {"imageTag": "none"}, {"imageDigest": "x"}, {},
        {"imageTag": "i", "imageDigest": child}])
    t.same("by digest, with its tags", [{"imageDigest": other, "imageTag": "d"}], answer["imageIds"])
    t.same("failures", ["ImageReferencedByManifestList", "ImageNotFound", "InvalidImageDigest", "MissingDigestAndTag",
                        "ImageTagDoesNotMatchDigest"], [failure["failureCode"] for failure in answer["failures"]])
    answer = t.call("BatchDeleteImage", repositoryName=name, imageIds=[{"imageDigest": index}, {"imageDigest": child}])
    t.same("the index, then its child", [], answer["failures"])
    t.refused("BatchDeleteImage", "RepositoryNotFoundException", "", repositoryName=t.prefix + "none",
              imageIds=[{"imageTag": "x"}])
    t.refused("BatchDeleteImage", "InvalidParameterException", "imageIds", repositoryName=name, imageIds=[])


def referrers(t):
    name = t.repository("referrers")
    subject = t.image(name, "subject", "v1")
    link = t.descriptor(name, subject)
    signatures = {t.image(name, f"signature {i}", subject=link, artifact_type="application/x-signature",
                          annotations={"number": str(i)}) for i in range(3)}
    sboms = {t.image(name, f"sbom {i}", subject=link, artifact_type="application/x-sbom") for i in range(2)}

    def all_of(**more):
        found, token = [], {}
        while True:
            answer = t.call("ListImageReferrers", repositoryName=name, subjectId={"imageDigest": subject}, **more,
                            **token)
            found += answer["referrers"]
            if "nextToken" not in answer:
                return found
            token = {"nextToken": answer["nextToken"]}

    found = all_of(maxResults=2)
    t.same("all of them, in pages", (5, signatures | sboms), (len(found), {one["digest"] for one in found}))
    found = all_of(filter={"artifactTypes": ["application/x-signature"]})
    t.same("of a type", signatures, {one["digest"] for one in found})
    t.same("with annotations", {"0", "1", "2"}, {one["annotations"]["number"] for one in found})
    t.same("none archived", [], all_of(filter={"artifactStatus": "ARCHIVED"}))
    t.same("of what is not there", [], t.call("ListImageReferrers", repositoryName=name,
                                              subjectId={"imageDigest": "sha256:" + "0" * 64})["referrers"])
    details = t.call("DescribeImages", repositoryName=name, imageIds=[{"imageDigest": next(iter(sboms))}])
    t.same("DescribeImages names the subject", subject, details["imageDetails"][0]["subjectManifestDigest"])
    t.refused("ListImageReferrers", "InvalidParameterException", "subjectId.imageDigest", repositoryName=name,
              subjectId={"imageDigest": "x"})
    t.refused("ListImageReferrers", "InvalidParameterException", "less than or equal to 50", repositoryName=name,
              subjectId={"imageDigest": subject}, maxResults=51)
    t.refused("ListImageReferrers", "RepositoryNotFoundException", "", repositoryName=t.prefix + "none",
              subjectId={"imageDigest": subject})


def storage(t):
    name = t.repository("storage")
    digest = t.image(name, "one", "v1")
    answer = t.call("UpdateImageStorageClass", repositoryName=name, imageId={"imageTag": "v1"},
                    targetStorageClass="ARCHIVE")
    t.same("archived", "ARCHIVED", answer["imageStatus"])
    t.same("is not listed", [], t.call("ListImages", repositoryName=name)["imageIds"])
    listed = t.call("DescribeImages", repositoryName=name, filter={"imageStatus": "ARCHIVED"})["imageDetails"]
    t.check("but when asked for", len(listed) == 1 and listed[0]["imageStatus"] == "ARCHIVED"
            and "lastArchivedAt" in listed[0], listed)
    t.same("nor given", "ImageInaccessible", t.call("BatchGetImage", repositoryName=name, imageIds=[
        {"imageTag": "v1"}])["failures"][0]["failureCode"])
    layer = digest_of(b"layer of one")
    t.same("its layers neither", "ARCHIVED", t.call("BatchCheckLayerAvailability", repositoryName=name,
                                                    layerDigests=[layer])["layers"][0]["layerAvailability"])
    t.refused("GetDownloadUrlForLayer", "LayerInaccessibleException", "archived", repositoryName=name,
              layerDigest=layer)
    t.refused("UpdateImageStorageClass", "ImageStorageClassUpdateNotSupportedException", "ARCHIVE",
              repositoryName=name, imageId={"imageTag": "v1"}, targetStorageClass="ARCHIVE")
    t.same("brought back", "ACTIVE", t.call("UpdateImageStorageClass", repositoryName=name, imageId={
        "imageDigest": digest}, targetStorageClass="STANDARD")["imageStatus"])
    listed = t.call("DescribeImages", repositoryName=name)["imageDetails"]
    t.check("is listed again", len(listed) == 1 and "lastActivatedAt" in listed[0], listed)
    t.refused("UpdateImageStorageClass", "ImageNotFoundException", "none", repositoryName=name,
              imageId={"imageTag": "none"}, targetStorageClass="ARCHIVE")
    t.refused("UpdateImageStorageClass", "InvalidParameterException", "targetStorageClass", repositoryName=name,
              imageId={"imageTag": "v1"}, targetStorageClass="ATTIC")
    t.refused("UpdateImageStorageClass", "InvalidParameterException", "", repositoryName=name, imageId={},
              targetStorageClass="ARCHIVE")
    t.refused("UpdateImageStorageClass", "RepositoryNotFoundException", "", repositoryName=t.prefix + "none",
              imageId={"imageTag": "v1"}, targetStorageClass="ARCHIVE")
