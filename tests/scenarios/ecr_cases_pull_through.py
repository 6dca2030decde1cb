"""Rules of pull-through caches. That they work is seen in mirror.sh; here the upstream is nobody, or this registry."""
import json
import os
import time

ANSWERS = {
    "CreatePullThroughCacheRule": "ok InvalidParameterException ValidationException "
                                  "PullThroughCacheRuleAlreadyExistsException UnsupportedUpstreamRegistryException "
                                  "SecretNotFoundException",
    "UpdatePullThroughCacheRule": "ok InvalidParameterException ValidationException SecretNotFoundException "
                                  "PullThroughCacheRuleNotFoundException",
    "DeletePullThroughCacheRule": "ok InvalidParameterException PullThroughCacheRuleNotFoundException",
    "DescribePullThroughCacheRules": "ok InvalidParameterException PullThroughCacheRuleNotFoundException",
    "ValidatePullThroughCacheRule": "ok InvalidParameterException PullThroughCacheRuleNotFoundException",
}
NO_SECRETS = {"UnableToAccessSecretException": "a secret is in mirror.json, or it is not there",
              "UnableToDecryptSecretValueException": "a secret is in mirror.json, or it is not there"}
NO_VALIDATION = {"ValidationException": "what is out of its limits is InvalidParameterException"}
CANNOT = {
    "CreatePullThroughCacheRule": {**NO_SECRETS, "LimitExceededException": "the limit is 100 rules"},
    "UpdatePullThroughCacheRule": NO_SECRETS,
    "DeletePullThroughCacheRule": NO_VALIDATION,
    "DescribePullThroughCacheRules": NO_VALIDATION,
    "ValidatePullThroughCacheRule": NO_VALIDATION,
}
ARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/"


def run(t):
    with open(os.path.join(t.work, "data", "mirror.json"), "w") as file:
        json.dump({"credentials": [{"secret": "ecr-pullthroughcache/hub", "username": "AWS", "accessToken": "wrong"}]},
                  file)
    time.sleep(2.1)  # it is looked at every two seconds
    short = t.driver[:3]
    here, hub = short + "-here", short + "-hub"
    create(t, here, hub)
    describe(t, here, hub)
    change(t, here, hub)
    refusals(t, here)
    for one in (here, hub):
        t.same("the rule that was deleted", one,
               t.call("DeletePullThroughCacheRule", ecrRepositoryPrefix=one)["ecrRepositoryPrefix"])


def create(t, here, hub):
    endpoint = os.environ["AWS_ENDPOINT_URL"]
    made = t.call("CreatePullThroughCacheRule", ecrRepositoryPrefix=here, upstreamRegistryUrl=endpoint)
    t.same("any registry by its address", (here, endpoint, None, "ROOT"),
           (made["ecrRepositoryPrefix"], made["upstreamRegistryUrl"], made.get("upstreamRegistry"),
            made["upstreamRepositoryPrefix"]))
    made = t.call("CreatePullThroughCacheRule", ecrRepositoryPrefix=hub + "/", upstreamRegistry="docker-hub",
                  upstreamRegistryUrl="registry-1.docker.io", credentialArn=ARN + "hub-AbCdEf",
                  upstreamRepositoryPrefix="library")
    t.same("a known one with credentials", (hub, "docker-hub", ARN + "hub-AbCdEf", "library"),
           (made["ecrRepositoryPrefix"], made["upstreamRegistry"], made["credentialArn"],
            made["upstreamRepositoryPrefix"]))


def describe(t, here, hub):
    listed = t.call("DescribePullThroughCacheRules")["pullThroughCacheRules"]
    t.same("all rules", [here, hub], [rule["ecrRepositoryPrefix"] for rule in listed])
    named = t.call("DescribePullThroughCacheRules", ecrRepositoryPrefixes=[hub])["pullThroughCacheRules"]
    t.same("one rule", [hub], [rule["ecrRepositoryPrefix"] for rule in named])
    first = t.call("DescribePullThroughCacheRules", maxResults=1)
    second = t.call("DescribePullThroughCacheRules", maxResults=1, nextToken=first["nextToken"])
    t.same("pages of one are the whole", listed, first["pullThroughCacheRules"] + second["pullThroughCacheRules"])
    t.check("and end", "nextToken" not in second, second)


def change(t, here, hub):
    refused = t.call("ValidatePullThroughCacheRule", ecrRepositoryPrefix=here)
    t.check("a registry that wants a login says so", refused["isValid"] is False and refused["failure"], refused)
    changed = t.call("UpdatePullThroughCacheRule", ecrRepositoryPrefix=here, credentialArn=ARN + "hub")
    t.same("other credentials", ARN + "hub", changed["credentialArn"])
    refused = t.call("ValidatePullThroughCacheRule", ecrRepositoryPrefix=here)
    t.check("wrong ones are not valid", refused["isValid"] is False and "wrong" not in refused["failure"], refused)


def refusals(t, here):
    def no(code, message, **parameters):
        t.refused("CreatePullThroughCacheRule", code, message,
                  **{"ecrRepositoryPrefix": "no-rule", "upstreamRegistryUrl": "quay.io", **parameters})

    no("PullThroughCacheRuleAlreadyExistsException", "already exists", ecrRepositoryPrefix=here)
    no("UnsupportedUpstreamRegistryException", "isn't supported", upstreamRegistryUrl="ftp://example.org")
    no("UnsupportedUpstreamRegistryException", "isn't supported", upstreamRegistryUrl="quay.io/path")
    no("UnsupportedUpstreamRegistryException", "different ones", upstreamRegistry="docker-hub")
    no("SecretNotFoundException", "was not found", credentialArn=ARN + "nobody")
    no("InvalidParameterException", "credentialArn", credentialArn="arn:aws:secretsmanager:x")
    no("InvalidParameterException", "ecrRepositoryPrefix", ecrRepositoryPrefix="A")
    no("InvalidParameterException", "ecrRepositoryPrefix", ecrRepositoryPrefix="a" * 31)
    no("InvalidParameterException", "upstreamRepositoryPrefix", upstreamRepositoryPrefix="../up")
    no("InvalidParameterException", "upstreamRegistry", upstreamRegistry="myspace")
    no("ValidationException", "customRoleArn", customRoleArn="arn:aws:iam::123456789012:role/x")
    t.refused("UpdatePullThroughCacheRule", "SecretNotFoundException", "", ecrRepositoryPrefix=here,
              credentialArn=ARN + "nobody")
    t.refused("UpdatePullThroughCacheRule", "ValidationException", "customRoleArn", ecrRepositoryPrefix=here,
              customRoleArn="arn:aws:iam::123456789012:role/x")
    for operation in ("UpdatePullThroughCacheRule", "DeletePullThroughCacheRule", "ValidatePullThroughCacheRule"):
        t.refused(operation, "PullThroughCacheRuleNotFoundException", "does not exist", ecrRepositoryPrefix="none")
        t.refused(operation, "InvalidParameterException", "ecrRepositoryPrefix", ecrRepositoryPrefix="A")
    t.refused("DescribePullThroughCacheRules", "PullThroughCacheRuleNotFoundException", "does not exist",
              ecrRepositoryPrefixes=["none"])
    t.refused("DescribePullThroughCacheRules", "InvalidParameterException", "maxResults", maxResults=0)
