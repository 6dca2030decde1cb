"""The account: passwords for the registry, settings, pull time update exclusions."""
import base64
import datetime
import http.client
import os
import time
import urllib.parse

from ecr_test import MANIFEST

ANSWERS = {
    "GetAuthorizationToken": "ok InvalidParameterException",
    "GetAccountSetting": "ok InvalidParameterException ValidationException",
    "PutAccountSetting": "ok InvalidParameterException ValidationException",
    "RegisterPullTimeUpdateExclusion": "ok InvalidParameterException ExclusionAlreadyExistsException "
                                       "LimitExceededException",
    "DeregisterPullTimeUpdateExclusion": "ok InvalidParameterException ExclusionNotFoundException",
    "ListPullTimeUpdateExclusions": "ok InvalidParameterException",
}
NO_VALIDATION = {"ValidationException": "what is out of its limits is InvalidParameterException"}
CANNOT = {
    "PutAccountSetting": {"LimitExceededException": "there are as many settings as there are names"},
    "RegisterPullTimeUpdateExclusion": NO_VALIDATION,
    "DeregisterPullTimeUpdateExclusion": {**NO_VALIDATION, "LimitExceededException": "taking away needs no room"},
    "ListPullTimeUpdateExclusions": {**NO_VALIDATION, "LimitExceededException": "reading has no limit"},
}


def run(t):
    token(t)
    settings(t)
    exclusions(t)


def token(t):
    data = t.call("GetAuthorizationToken")["authorizationData"][0]
    user, colon, password = base64.b64decode(data["authorizationToken"]).decode().partition(":")
    t.check("AWS and a password without a colon", user == "AWS" and password and ":" not in password)
    t.same("the endpoint is the registry's URL", os.environ["AWS_ENDPOINT_URL"], data["proxyEndpoint"])
    when = data["expiresAt"]
    when = when.timestamp() if isinstance(when, datetime.datetime) else float(when)
    t.check("it lasts for 12 hours", abs(when - time.time() - 12 * 3600) < 120, when)
    where = urllib.parse.urlsplit(data["proxyEndpoint"])
    connection = http.client.HTTPConnection(where.netloc, timeout=20)
    connection.request("GET", "/v2/", headers={"Authorization": "Basic " + data["authorizationToken"]})
    t.same("it opens /v2/", 200, connection.getresponse().status)
    t.same("for named registries", 2, len(t.call("GetAuthorizationToken", registryIds=["123456789012"] * 2)[
        "authorizationData"]))
    t.refused("GetAuthorizationToken", "InvalidParameterException", "registryIds", registryIds=["x"])
    t.refused("GetAuthorizationToken", "InvalidParameterException", "registryIds", registryIds=[])


def registry(t, method, path):
    """The distribution API; its status."""
    token = t.call("GetAuthorizationToken")["authorizationData"][0]["authorizationToken"]
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(os.environ["AWS_ENDPOINT_URL"]).netloc, timeout=20)
    connection.request(method, path, headers={"Authorization": "Basic " + token, "Accept": MANIFEST})
    return connection.getresponse().status


def settings(t):
    for name, value in (("BASIC_SCAN_TYPE_VERSION", "AWS_NATIVE"), ("REGISTRY_POLICY_SCOPE", "V2"),
                        ("BLOB_MOUNTING", "ENABLED")):
        t.same(f"{name} is {value}", {"name": name, "value": value}, t.call("GetAccountSetting", name=name))
    source, target = t.repository("mount-from"), t.repository("mount-to")
    layer = t.layer(source, b"to be mounted")["digest"]
    for value, status in (("DISABLED", 202), ("ENABLED", 201)):
        t.call("PutAccountSetting", name="BLOB_MOUNTING", value=value)
        t.same(f"it is {value} then", value, t.call("GetAccountSetting", name="BLOB_MOUNTING")["value"])
        t.same("and a mount is answered so", status, registry(
            t, "POST", f"/v2/{target}/blobs/uploads/?mount={layer}&from={source}"))
    t.refused("PutAccountSetting", "ValidationException", "CLAIR", name="BASIC_SCAN_TYPE_VERSION", value="CLAIR")
    t.refused("PutAccountSetting", "ValidationException", "COLOUR", name="COLOUR", value="blue")
    t.refused("GetAccountSetting", "ValidationException", "COLOUR", name="COLOUR")
    t.refused("GetAccountSetting", "InvalidParameterException", "less than or equal to 64", name="x" * 65)
    t.refused("PutAccountSetting", "InvalidParameterException", "name", name="", value="x")


def exclusions(t):
    role = f"arn:aws:iam::123456789012:role/{t.prefix}scanner"
    listed = lambda: t.call("ListPullTimeUpdateExclusions")["pullTimeUpdateExclusions"]
    before = listed()
    t.same("registered", role, t.call("RegisterPullTimeUpdateExclusion", principalArn=role)["principalArn"])
    t.same("listed", sorted(before + [role]), sorted(listed()))
    t.refused("RegisterPullTimeUpdateExclusion", "ExclusionAlreadyExistsException", "", principalArn=role)
    for bad in ("arn:aws:iam::12:role/x", "arn:aws:iam::123456789012:group/x", "arn:aws:iam::123456789012:role/",
                "arn:aws:iam::123456789012:role/a//b", "x" * 201, ""):
        t.refused("RegisterPullTimeUpdateExclusion", "InvalidParameterException", "principalArn", principalArn=bad)
    t.refused("DeregisterPullTimeUpdateExclusion", "InvalidParameterException", "", principalArn="x")
    pages, token = [], {}
    more = [f"arn:aws:iam::123456789012:user/{t.prefix}{i}" for i in range(4)]
    for arn in more:
        t.call("RegisterPullTimeUpdateExclusion", principalArn=arn)
    while True:
        page = t.call("ListPullTimeUpdateExclusions", maxResults=2, **token)
        pages += page["pullTimeUpdateExclusions"]
        if "nextToken" not in page:
            break
        token = {"nextToken": page["nextToken"]}
    t.same("in pages", listed(), pages)
    t.refused("ListPullTimeUpdateExclusions", "InvalidParameterException", "nextToken", nextToken="x")
    if t.driver == "boto3":
        fill = [f"arn:aws:iam::123456789012:user/fill-{i}" for i in range(100 - len(pages))]
        for arn in fill:
            t.call("RegisterPullTimeUpdateExclusion", principalArn=arn)
        t.refused("RegisterPullTimeUpdateExclusion", "LimitExceededException", "100", principalArn=role + "-101")
        more += fill
    for arn in [role] + more:
        t.call("DeregisterPullTimeUpdateExclusion", principalArn=arn)
    t.refused("DeregisterPullTimeUpdateExclusion", "ExclusionNotFoundException", "", principalArn=role)
    t.same("all taken away", before, listed())
    user = "arn:aws:iam::123456789012:user/admin"
    name = t.repository("unrecorded")
    t.image(name, "one", "v1")
    t.call("RegisterPullTimeUpdateExclusion", principalArn=user)
    t.call("BatchGetImage", repositoryName=name, imageIds=[{"imageTag": "v1"}])
    detail = t.call("DescribeImages", repositoryName=name)["imageDetails"][0]
    t.same("a pull by the distribution API", 200, registry(t, "GET", f"/v2/{name}/manifests/v1"))
    detail = t.call("DescribeImages", repositoryName=name)["imageDetails"][0]
    t.check("an excluded user's pull is not recorded", "lastRecordedPullTime" not in detail, detail)
    t.call("DeregisterPullTimeUpdateExclusion", principalArn=user)
    t.call("BatchGetImage", repositoryName=name, imageIds=[{"imageTag": "v1"}])
    detail = t.call("DescribeImages", repositoryName=name)["imageDetails"][0]
    t.check("others' pulls are", "lastRecordedPullTime" in detail, detail)

