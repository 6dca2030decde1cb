"""Replication to another region of this registry. To other registries: mirror.sh."""
import time

import ecr_test

ANSWERS = {
    "PutReplicationConfiguration": "ok ValidationException InvalidParameterException",
    "DescribeRegistry": "ok",
    "DescribeImageReplicationStatus": "ok InvalidParameterException RepositoryNotFoundException "
                                      "ImageNotFoundException",
    "StartReplicationBackfill": "ok InvalidParameterException ValidationException",
    "StopReplicationBackfill": "InvalidParameterException ReplicationBackfillNotFoundException "
                               "ReplicationBackfillInvalidStatusException",
    "ListReplicationBackfills": "ok InvalidParameterException",
    "DescribeReplicationBackfillResults": "ok InvalidParameterException ReplicationBackfillNotFoundException",
}
NO_VALIDATION = {"ValidationException": "what is out of its limits is InvalidParameterException"}
CANNOT = {
    "DescribeRegistry": {**NO_VALIDATION, "InvalidParameterException": "it has no parameters"},
    "DescribeImageReplicationStatus": NO_VALIDATION,
    "StartReplicationBackfill": {
        "ReplicationBackfillInProgressException": "they end at once here; mirror.sh has one that hangs",
        "LimitExceededException": "there are no ten destinations here"},
    "StopReplicationBackfill": NO_VALIDATION,
    "ListReplicationBackfills": NO_VALIDATION,
    "DescribeReplicationBackfillResults": NO_VALIDATION,
}
ACCOUNT = "123456789012"


def configuration(t, region="eu-west-1", account=ACCOUNT, **more):
    return {"rules": [{"destinations": [{"region": region, "registryId": account}],
                       "repositoryFilters": [{"filter": t.prefix + "repl", "filterType": "PREFIX_MATCH"}], **more}]}


def wait_until(ask, what):
    end = time.time() + 30
    while time.time() < end:
        got = ask()
        if got:
            return got
        time.sleep(0.1)
    raise AssertionError(what)


def run(t):
    elsewhere = t.client(region_name="eu-west-1")
    before = t.repository("replica-old")
    old = t.image(before, "pushed before", "v1")
    time.sleep(1)  # the journal is read with the rules of the moment
    wanted = configuration(t, deleteReplication={"enabled": True})
    t.same("what is put", wanted, t.call("PutReplicationConfiguration", replicationConfiguration=wanted)[
        "replicationConfiguration"])
    told = t.call("DescribeRegistry")
    t.same("is told", (ACCOUNT, wanted), (told["registryId"], told["replicationConfiguration"]))
    with t.case("pushes"):
        pushes(t, elsewhere)
    with t.case("backfills"):
        backfills(t, elsewhere, before, old)
    refusals(t, before)
    t.call("PutReplicationConfiguration", replicationConfiguration={"rules": []})
    t.same("no rules", {"rules": []}, t.call("DescribeRegistry")["replicationConfiguration"])


def status(t, name, digest):
    answer = t.call("DescribeImageReplicationStatus", repositoryName=name, imageId={"imageDigest": digest})
    return [(s["region"], s["registryId"], s["status"]) for s in answer["replicationStatuses"]]


def tags_there(t, client, name):
    try:
        ids = t.by_boto("ListImages", {"repositoryName": name}, client)["imageIds"]
    except ecr_test.Refused:
        return {}
    return {i.get("imageTag"): i["imageDigest"] for i in ids}


def pushes(t, elsewhere):
    name, other = t.repository("repl/app"), t.repository("not-repl")
    digest = t.image(name, "replicated", "v1")
    t.image(other, "stays", "v1")
    done = [("eu-west-1", ACCOUNT, "COMPLETE")]
    wait_until(lambda: status(t, name, digest) == done, "never complete")
    t.same("the image is there", {"v1": digest}, tags_there(t, elsewhere, name))
    index = t.index(name, [digest], "all")
    wait_until(lambda: status(t, name, index) == done, "the index is never complete")
    t.check("an index with its images", tags_there(t, elsewhere, name).get("all") == index)
    t.same("what no rule names stays here", ({}, []), (tags_there(t, elsewhere, other), status(t, other, t.call(
        "ListImages", repositoryName=other)["imageIds"][0]["imageDigest"])))
    t.call("BatchDeleteImage", repositoryName=name, imageIds=[{"imageTag": "all"}])
    wait_until(lambda: "all" not in tags_there(t, elsewhere, name), "the index is still there")
    t.ok("and goes when it goes here")


def backfills(t, elsewhere, before, old):
    t.same("an image that was there before", {}, tags_there(t, elsewhere, before))
    destination = {"region": "eu-west-1", "registryId": ACCOUNT}
    started = t.call("StartReplicationBackfill", destination=destination)
    identifier = started["replicationBackfillId"]
    t.same("begins", ("PREPARING", destination), (started["status"], started["destination"]))

    def ended():
        answer = t.call("DescribeReplicationBackfillResults", replicationBackfillId=identifier)
        return answer if answer["status"] in ("COMPLETE", "FAILED", "STOPPED") else None

    answer = wait_until(ended, "it never ends")
    progress = answer["progress"]
    t.same("ends well", ("COMPLETE", progress["totalReplicationCount"], 0),
           (answer["status"], progress["completedReplicationCount"], progress["failedReplicationCount"]))
    t.check("and tells of the image", {"repositoryName": before, "imageId": {"imageDigest": old, "imageTag": "v1"},
                                       "status": "COMPLETE"} in answer["results"], answer["results"])
    t.same("which is there", {"v1": old}, tags_there(t, elsewhere, before))
    t.same("none failed", [], t.call("DescribeReplicationBackfillResults", replicationBackfillId=identifier,
                                     resultStatusFilter="FAILED")["results"])
    pages, token = [], None
    while True:
        page = t.call("DescribeReplicationBackfillResults", replicationBackfillId=identifier, maxResults=1,
                      **({"nextToken": token} if token else {}))
        pages += page["results"]
        token = page.get("nextToken")
        if not token:
            break
    t.same("pages of one are the whole", answer["results"], pages)
    again = t.call("StartReplicationBackfill", destination=destination)["replicationBackfillId"]
    wait_until(lambda: all(b["status"] == "COMPLETE" for b in t.call("ListReplicationBackfills")["backfills"]), "no end")
    listed = t.call("ListReplicationBackfills")["backfills"]
    t.check("both are listed", {identifier, again} <= {b["replicationBackfillId"] for b in listed}, listed)
    first = t.call("ListReplicationBackfills", maxResults=1)
    t.check("one a page", len(first["backfills"]) == 1 and first.get("nextToken"), first)
    t.refused("StopReplicationBackfill", "ReplicationBackfillInvalidStatusException", "cannot be stopped",
              replicationBackfillId=identifier)


def refusals(t, name):
    def no(code, message, wanted):
        t.refused("PutReplicationConfiguration", code, message, replicationConfiguration=wanted)

    no("InvalidParameterException", "same region and registry", configuration(t, region="us-east-1"))
    no("ValidationException", "not known here", configuration(t, account="999999999999"))
    no("ValidationException", "regular expression", configuration(t, region="EU"))
    no("ValidationException", "must not be null", {})
    no("ValidationException", "between 0 and 25", {"rules": configuration(t)["rules"] * 26})
    no("ValidationException", "enum value set", configuration(t, repositoryFilters=[
        {"filter": "ab", "filterType": "WILDCARD"}]))
    t.refused("PutReplicationConfiguration", "InvalidParameterException", "replicationConfiguration")
    t.refused("DescribeImageReplicationStatus", "RepositoryNotFoundException", "", repositoryName=t.prefix + "none",
              imageId={"imageTag": "v1"})
    t.refused("DescribeImageReplicationStatus", "ImageNotFoundException", "", repositoryName=name,
              imageId={"imageTag": "v9"})
    t.refused("DescribeImageReplicationStatus", "InvalidParameterException", "", repositoryName=name)
    t.refused("StartReplicationBackfill", "ValidationException", "not in the replication configuration",
              destination={"region": "eu-west-2", "registryId": ACCOUNT})
    t.refused("StartReplicationBackfill", "InvalidParameterException", "destination")
    nobody = "00000000-0000-4000-8000-000000000000"
    for operation in ("StopReplicationBackfill", "DescribeReplicationBackfillResults"):
        t.refused(operation, "ReplicationBackfillNotFoundException", "does not exist", replicationBackfillId=nobody)
        t.refused(operation, "InvalidParameterException", "replicationBackfillId", replicationBackfillId="x")
    t.refused("ListReplicationBackfills", "InvalidParameterException", "maxResults", maxResults=51)
