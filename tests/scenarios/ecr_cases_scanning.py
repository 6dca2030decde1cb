"""Scans: asked for and on push, their findings in both shapes, what is scanned when."""
import gzip
import io
import json
import tarfile
import time

import ecr_test

ANSWERS = {
    "StartImageScan": "ok ValidationException RepositoryNotFoundException ImageNotFoundException "
                      "UnsupportedImageTypeException InvalidParameterException ImageArchivedException",
    "DescribeImageScanFindings": "ok InvalidParameterException RepositoryNotFoundException ImageNotFoundException "
                                 "ScanNotFoundException",
    "PutImageScanningConfiguration": "ok InvalidParameterException RepositoryNotFoundException",
    "PutRegistryScanningConfiguration": "ok ValidationException",
    "GetRegistryScanningConfiguration": "ok",
    "BatchGetRepositoryScanningConfiguration": "ok InvalidParameterException",
}
LIMITS = {"ValidationException": "what is out of its limits is InvalidParameterException"}
CANNOT = {
    "StartImageScan": {"LimitExceededException": "an image may be scanned as often as one likes"},
    "DescribeImageScanFindings": LIMITS,
    "PutImageScanningConfiguration": LIMITS,
    "PutRegistryScanningConfiguration": {
        "InvalidParameterException": "what is wrong with it is ValidationException",
        "BlockedByOrganizationPolicyException": "there are no organizations here"},
    "GetRegistryScanningConfiguration": {**LIMITS, "InvalidParameterException": "it has no parameters"},
    "BatchGetRepositoryScanningConfiguration": {
        **LIMITS, "RepositoryNotFoundException": "one that is not there is among the failures"},
}
# Alpine 3.16 as it was in 2023: the starter database knows six advisories for it.
FILES = {
    "etc/os-release": "ID=alpine\nVERSION_ID=3.16.9\n",
    "lib/apk/db/installed": "".join(f"P:{name}\nV:{version}\nA:x86_64\no:{origin}\n\n" for name, version, origin in (
        ("libcrypto1.1", "1.1.1s-r0", "openssl"), ("libssl1.1", "1.1.1s-r0", "openssl"),
        ("busybox", "1.35.0-r0", "busybox"))),
}


def tar_of(files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            tar.addfile(member, io.BytesIO(text.encode()))
    return out.getvalue()


def alpine(t, repository, tag, label):
    """Pushes an image that can be scanned; its digest."""
    tar = tar_of({**FILES, "label": label})
    layer = t.layer(repository, gzip.compress(tar, mtime=0))
    config = t.layer(repository, json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {
        "type": "layers", "diff_ids": [ecr_test.digest_of(tar)]}, "config": {}}).encode())
    config["mediaType"] = ecr_test.CONFIG
    text = json.dumps({"schemaVersion": 2, "mediaType": ecr_test.MANIFEST, "config": config, "layers": [layer]})
    return t.call("PutImage", repositoryName=repository, imageManifest=text, imageTag=tag)["image"]["imageId"][
        "imageDigest"]


def findings_when(t, repository, image, done):
    end = time.time() + 60
    while True:
        try:
            answer = t.call("DescribeImageScanFindings", repositoryName=repository, imageId=image)
            if answer["imageScanStatus"]["status"] in done:
                return answer
        except ecr_test.Refused as refused:
            if refused.code != "ScanNotFoundException":
                raise
        if time.time() > end:
            raise AssertionError("no scan within a minute")
        time.sleep(0.1)


def run(t):
    registry(t)
    with t.case("scans"):
        scans(t)
    with t.case("refusals"):
        refusals(t)
    with t.case("enhanced scanning"):
        enhanced(t)


def scans(t):
    name = t.repository("scanned", imageScanningConfiguration={"scanOnPush": True})
    digest = alpine(t, name, "v1", t.prefix)
    if t.driver == "boto3":
        t.clients["boto"].get_waiter("image_scan_complete").wait(
            repositoryName=name, imageId={"imageTag": "v1"}, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    answer = findings_when(t, name, {"imageTag": "v1"}, {"COMPLETE"})
    t.same("which image", {"imageDigest": digest, "imageTag": "v1"}, answer["imageId"])
    found = answer["imageScanFindings"]
    t.same("counts leave empty severities out", {"HIGH": 8, "MEDIUM": 2}, found["findingSeverityCounts"])
    t.same("findings, one for each package", 10, len(found["findings"]))
    first = next(f for f in found["findings"] if f["name"] == "CVE-2022-28391")
    attributes = {a["key"]: a["value"] for a in first["attributes"]}
    t.same("a finding", ("HIGH", "busybox", "1.35.0-r0", "1.35.0-r7", "8.8"),
           (first["severity"], attributes.get("package_name"), attributes.get("package_version"),
            attributes.get("fixed_in_versions"), attributes.get("CVSS3_SCORE")))
    t.check("with EPSS and a link", float(attributes["epss"]) > 0 and first["uri"].startswith("https://"), first)
    pages(t, name, digest, found["findings"], "findings")
    started = t.call("StartImageScan", repositoryName=name, imageId={"imageDigest": digest})
    t.same("a scan that is asked for", "IN_PROGRESS", started["imageScanStatus"]["status"])
    again = findings_when(t, name, {"imageDigest": digest}, {"COMPLETE"})
    t.same("finds the same", found["findings"], again["imageScanFindings"]["findings"])
    summary = t.call("DescribeImages", repositoryName=name)["imageDetails"][0]
    t.same("DescribeImages tells the counts, too", {"HIGH": 8, "MEDIUM": 2},
           summary["imageScanFindingsSummary"]["findingSeverityCounts"])


def pages(t, name, digest, whole, member):
    got, token = [], None
    for _ in range(len(whole) + 1):
        more = {"nextToken": token} if token else {}
        page = t.call("DescribeImageScanFindings", repositoryName=name, imageId={"imageDigest": digest}, maxResults=3,
                      **more)
        t.check(f"at most three {member} a page", 0 < len(page["imageScanFindings"][member]) <= 3) or None
        got += page["imageScanFindings"][member]
        token = page.get("nextToken")
        if not token:
            break
    t.same(f"pages of {member} are the whole", whole, got)


def refusals(t):
    name = t.repository("unscanned")
    digest = t.image(name, "unscanned", "v1")
    archived = t.image(name, "archived", "old")
    index = t.index(name, [digest], "all")
    none = t.prefix + "none"
    both = ("StartImageScan", "DescribeImageScanFindings")
    t.refused("DescribeImageScanFindings", "ScanNotFoundException",
              f"^Image scan does not exist for the image with '{{imageDigest:'{digest}', imageTag:'v1'}}' in the "
              f"repository with name '{name}' in the registry with id '123456789012'$",
              repositoryName=name, imageId={"imageTag": "v1"})
    for operation in both:
        t.refused(operation, "RepositoryNotFoundException", "does not exist in the registry", repositoryName=none,
                  imageId={"imageTag": "v1"})
        t.refused(operation, "ImageNotFoundException", "^The image with imageId {imageDigest:'null', imageTag:'v9'} "
                  "does not exist within the repository", repositoryName=name, imageId={"imageTag": "v9"})
        t.refused(operation, "InvalidParameterException", "", repositoryName=name, imageId={"imageDigest": "x"})
        t.refused(operation, "InvalidParameterException", "imageId", repositoryName=name)
    t.refused("DescribeImageScanFindings", "InvalidParameterException", "nextToken", repositoryName=name,
              imageId={"imageTag": "v1"}, nextToken="bm9uZQ==")
    t.refused("DescribeImageScanFindings", "InvalidParameterException", "maxResults", repositoryName=name,
              imageId={"imageTag": "v1"}, maxResults=1001)
    t.refused("StartImageScan", "UnsupportedImageTypeException", "cannot be scanned", repositoryName=name,
              imageId={"imageDigest": index})
    t.call("UpdateImageStorageClass", repositoryName=name, imageId={"imageDigest": archived},
           targetStorageClass="ARCHIVE")
    t.refused("StartImageScan", "ImageArchivedException", "archived", repositoryName=name,
              imageId={"imageDigest": archived})


def registry(t):
    t.same("basic without rules to begin with", {"scanType": "BASIC", "rules": []},
           t.call("GetRegistryScanningConfiguration")["scanningConfiguration"])
    on_push = [{"scanFrequency": "SCAN_ON_PUSH",
                "repositoryFilters": [{"filter": t.prefix + "push*", "filterType": "WILDCARD"}]}]
    t.same("what is put", {"scanType": "BASIC", "rules": on_push},
           t.call("PutRegistryScanningConfiguration", scanType="BASIC", rules=on_push)["registryScanningConfiguration"])
    t.same("is told", {"scanType": "BASIC", "rules": on_push},
           t.call("GetRegistryScanningConfiguration")["scanningConfiguration"])
    by_rule, by_itself, not_at_all = t.repository("push/a"), t.repository("own"), t.repository("manual")
    t.same("a repository's own", {"scanOnPush": True},
           t.call("PutImageScanningConfiguration", repositoryName=by_itself,
                  imageScanningConfiguration={"scanOnPush": True})["imageScanningConfiguration"])
    batch = t.call("BatchGetRepositoryScanningConfiguration",
                   repositoryNames=[by_rule, by_itself, not_at_all, t.prefix + "none"])
    t.same("what is scanned when",
           [(by_rule, True, "SCAN_ON_PUSH", 1), (by_itself, True, "SCAN_ON_PUSH", 0), (not_at_all, False, "MANUAL", 0)],
           [(c["repositoryName"], c["scanOnPush"], c["scanFrequency"], len(c["appliedScanFilters"]))
            for c in batch["scanningConfigurations"]])
    t.same("and what is not there", [(t.prefix + "none", "REPOSITORY_NOT_FOUND")],
           [(f["repositoryName"], f["failureCode"]) for f in batch["failures"]])
    with t.case("a rule makes a push a scan"):
        alpine(t, by_rule, "v1", t.prefix + "rule")
        findings_when(t, by_rule, {"imageTag": "v1"}, {"COMPLETE"})
    put_refusals(t)
    t.call("PutRegistryScanningConfiguration", scanType="BASIC", rules=[])


def put_refusals(t):
    def no(message, **parameters):
        t.refused("PutRegistryScanningConfiguration", "ValidationException", message, **parameters)

    everything = [{"filter": "*", "filterType": "WILDCARD"}]
    no("enum value set", scanType="FULL")
    no("CONTINUOUS_SCAN is not supported", scanType="BASIC",
       rules=[{"scanFrequency": "CONTINUOUS_SCAN", "repositoryFilters": everything}])
    no("regular expression", rules=[{"scanFrequency": "SCAN_ON_PUSH",
                                     "repositoryFilters": [{"filter": "UPPER", "filterType": "WILDCARD"}]}])
    no("enum value set", rules=[{"scanFrequency": "SCAN_ON_PUSH",
                                 "repositoryFilters": [{"filter": "a", "filterType": "GLOB"}]}])
    no("must not be null", rules=[{"scanFrequency": "SCAN_ON_PUSH"}])
    no("less than or equal to 2", rules=[{"scanFrequency": "SCAN_ON_PUSH", "repositoryFilters": everything}] * 3)
    t.refused("BatchGetRepositoryScanningConfiguration", "InvalidParameterException", "repositoryNames",
              repositoryNames=[])
    t.refused("BatchGetRepositoryScanningConfiguration", "InvalidParameterException", "", repositoryNames=["A"])
    t.refused("PutImageScanningConfiguration", "RepositoryNotFoundException", "", repositoryName=t.prefix + "none",
              imageScanningConfiguration={"scanOnPush": True})
    t.refused("PutImageScanningConfiguration", "InvalidParameterException", "imageScanningConfiguration",
              repositoryName=t.prefix + "manual")


def enhanced(t):
    continuous = [{"scanFrequency": "CONTINUOUS_SCAN",
                   "repositoryFilters": [{"filter": t.prefix + "live*", "filterType": "WILDCARD"}]},
                  {"scanFrequency": "SCAN_ON_PUSH",
                   "repositoryFilters": [{"filter": t.prefix + "*", "filterType": "WILDCARD"}]}]
    t.call("PutRegistryScanningConfiguration", scanType="ENHANCED", rules=continuous)
    live, once = t.repository("live"), t.repository("once")
    digest = alpine(t, live, "v1", t.prefix + "live")
    alpine(t, once, "v1", t.prefix + "once")
    answer = findings_when(t, live, {"imageTag": "v1"}, {"ACTIVE"})
    found = answer["imageScanFindings"]
    t.same("the counts are of packages", {"HIGH": 8, "MEDIUM": 2}, found["findingSeverityCounts"])
    t.same("one for each vulnerability", 6, len(found["enhancedFindings"]))
    one = next(f for f in found["enhancedFindings"] if
               f["packageVulnerabilityDetails"]["vulnerabilityId"] == "CVE-2023-0286")
    packages = one["packageVulnerabilityDetails"]["vulnerablePackages"]
    t.same("with its packages", [("libcrypto1.1", "1.1.1s", "r0", "OS", "1.1.1t-r0"),
                                 ("libssl1.1", "1.1.1s", "r0", "OS", "1.1.1t-r0")],
           sorted((p["name"], p["version"], p["release"], p["packageManager"], p["fixedInVersion"]) for p in packages))
    t.check("and the layer they came in", all(p["sourceLayerHash"].startswith("sha256:") for p in packages), packages)
    t.same("one's words", ("HIGH", "ACTIVE", "PACKAGE_VULNERABILITY", "YES", "NO", 7.4),
           (one["severity"], one["status"], one["type"], one["fixAvailable"], one["exploitAvailable"], one["score"]))
    image = one["resources"][0]["details"]["awsEcrContainerImage"]
    t.same("the image it is in", (digest, ["v1"], "amd64", "ALPINE_LINUX_3_16", live),
           (image["imageHash"], image["imageTags"], image["architecture"], image["platform"], image["repositoryName"]))
    pages(t, live, digest, found["enhancedFindings"], "enhancedFindings")
    t.same("a scan on push is complete, not active", "COMPLETE",
           findings_when(t, once, {"imageTag": "v1"}, {"COMPLETE", "ACTIVE"})["imageScanStatus"]["status"])
    t.refused("StartImageScan", "ValidationException", "^This feature is disabled$", repositoryName=live,
              imageId={"imageTag": "v1"})
    batch = t.call("BatchGetRepositoryScanningConfiguration", repositoryNames=[live, once])
    t.same("continuous where a rule says so", ["CONTINUOUS_SCAN", "SCAN_ON_PUSH"],
           [c["scanFrequency"] for c in batch["scanningConfigurations"]])
    t.call("PutRegistryScanningConfiguration", scanType="BASIC", rules=[])
