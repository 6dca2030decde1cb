"""Signing: which images should bear a signature, and which do."""
import base64
import json

import ecr_test

ANSWERS = {
    "PutSigningConfiguration": "ok ValidationException InvalidParameterException",
    "GetSigningConfiguration": "ok SigningConfigurationNotFoundException",
    "DeleteSigningConfiguration": "ok SigningConfigurationNotFoundException",
    "DescribeImageSigningStatus": "ok InvalidParameterException RepositoryNotFoundException ImageNotFoundException",
}
NO_PARAMETERS = {"ValidationException": "it has no parameters", "InvalidParameterException": "it has no parameters"}
CANNOT = {
    "GetSigningConfiguration": NO_PARAMETERS,
    "DeleteSigningConfiguration": {"ValidationException": "it has no parameters"},
    "DescribeImageSigningStatus": {"ValidationException": "what is out of its limits is InvalidParameterException"},
}
NOTATION = "application/vnd.cncf.notary.signature"
PROFILE = "arn:aws:signer:us-east-1:123456789012:/signing-profiles/"


def run(t):
    for operation in ("GetSigningConfiguration", "DeleteSigningConfiguration"):
        t.refused(operation, "SigningConfigurationNotFoundException", "no signing configuration")
    name = t.repository("signed")
    rules = {"rules": [{"signingProfileArn": PROFILE + "release",
                        "repositoryFilters": [{"filter": t.prefix + "sig*", "filterType": "WILDCARD_MATCH"}]},
                       {"signingProfileArn": PROFILE + "elsewhere",
                        "repositoryFilters": [{"filter": "other/*", "filterType": "WILDCARD_MATCH"}]},
                       {"signingProfileArn": PROFILE + "all"}]}
    t.same("what is put", rules, t.call("PutSigningConfiguration", signingConfiguration=rules)["signingConfiguration"])
    t.same("is told", rules, t.call("GetSigningConfiguration")["signingConfiguration"])
    with t.case("status"):
        status(t, name)
    refusals(t, name)
    t.same("and taken away", rules, t.call("DeleteSigningConfiguration")["signingConfiguration"])


def sign(t, name, digest, profile):
    """A signature as notation with AWS's plugin attaches it, but for the cryptography."""
    protected = base64.urlsafe_b64encode(json.dumps({
        "alg": "PS256", "cty": "application/vnd.cncf.notary.payload.v1+json",
        "com.amazonaws.signer.signingProfileVersion": f"{profile}/AbCdEfGhIj"}).encode()).decode().rstrip("=")
    layer = t.layer(name, json.dumps({"payload": "", "protected": protected, "header": {}, "signature": ""}).encode())
    config = t.layer(name, b"{}")
    text = json.dumps({"schemaVersion": 2, "mediaType": ecr_test.MANIFEST, "artifactType": NOTATION,
                       "config": {**config, "mediaType": NOTATION},
                       "layers": [{**layer, "mediaType": "application/jose+json"}],
                       "subject": t.descriptor(name, digest)})
    t.call("PutImage", repositoryName=name, imageManifest=text)


def statuses(t, name, **image):
    answer = t.call("DescribeImageSigningStatus", repositoryName=name, imageId=image)
    return {s["signingProfileArn"].removeprefix(PROFILE): (s["status"], s.get("failureCode"))
            for s in answer["signingStatuses"]}


def status(t, name):
    digest = t.image(name, "signed", "v1")
    missing = ("FAILED", "SignatureNotFound")
    t.same("without a signature", {"release": missing, "all": missing}, statuses(t, name, imageTag="v1"))
    sign(t, name, digest, PROFILE + "release")
    t.same("with one of a profile", {"release": ("COMPLETE", None), "all": missing},
           statuses(t, name, imageDigest=digest))


def refusals(t, name):
    def no(message, *rules):
        t.refused("PutSigningConfiguration", "ValidationException", message, signingConfiguration={"rules": rules})

    no("regular expression", {"signingProfileArn": "arn:aws:signer:x"})
    no("must not be null", {})
    no("less than or equal to 10", *[{"signingProfileArn": PROFILE + "aa"}] * 11)
    no("enum value set", {"signingProfileArn": PROFILE + "aa", "repositoryFilters": [
        {"filter": "a", "filterType": "PREFIX_MATCH"}]})
    no("regular expression", {"signingProfileArn": PROFILE + "aa", "repositoryFilters": [
        {"filter": "UPPER", "filterType": "WILDCARD_MATCH"}]})
    t.refused("PutSigningConfiguration", "InvalidParameterException", "signingConfiguration")
    t.refused("DescribeImageSigningStatus", "RepositoryNotFoundException", "", repositoryName=t.prefix + "none",
              imageId={"imageTag": "v1"})
    t.refused("DescribeImageSigningStatus", "ImageNotFoundException", "", repositoryName=name,
              imageId={"imageTag": "v9"})
    t.refused("DescribeImageSigningStatus", "InvalidParameterException", "imageId", repositoryName=name)
