"""Policies of a repository and of the registry."""
import json

ANSWERS = {
    "SetRepositoryPolicy": "ok InvalidParameterException RepositoryNotFoundException",
    "GetRepositoryPolicy": "ok InvalidParameterException RepositoryNotFoundException RepositoryPolicyNotFoundException",
    "DeleteRepositoryPolicy": "ok InvalidParameterException RepositoryNotFoundException "
                              "RepositoryPolicyNotFoundException",
    "PutRegistryPolicy": "ok InvalidParameterException",
    "GetRegistryPolicy": "ok RegistryPolicyNotFoundException",
    "DeleteRegistryPolicy": "ok RegistryPolicyNotFoundException",
}
NO_VALIDATION = {"ValidationException": "what is out of its limits is InvalidParameterException"}
NO_PARAMETERS = {**NO_VALIDATION, "InvalidParameterException": "it has no parameters"}
CANNOT = {
    "PutRegistryPolicy": NO_VALIDATION,
    "GetRegistryPolicy": NO_PARAMETERS,
    "DeleteRegistryPolicy": NO_PARAMETERS,
}


def statement(effect, principal, *actions, **more):
    return {"Sid": "test", "Effect": effect, "Principal": principal, "Action": list(actions), **more}


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=3)


def run(t):
    of_repository(t)
    of_registry(t)


def of_repository(t):
    name, none = t.repository("policed"), t.prefix + "none"
    text = policy(statement("Allow", {"AWS": "arn:aws:iam::210987654321:root"}, "ecr:BatchGetImage",
                            "ecr:GetDownloadUrlForLayer"))
    for operation in ("GetRepositoryPolicy", "DeleteRepositoryPolicy"):
        t.refused(operation, "RepositoryPolicyNotFoundException", "^Repository policy does not exist for the repository "
                  f"with name '{name}' in the registry with id '123456789012'$", repositoryName=name)
        t.refused(operation, "RepositoryNotFoundException", "does not exist", repositoryName=none)
        t.refused(operation, "InvalidParameterException", "repositoryName", repositoryName="A")
    t.same("kept verbatim", text, t.call("SetRepositoryPolicy", repositoryName=name, policyText=text)["policyText"])
    t.same("and told", text, t.call("GetRepositoryPolicy", repositoryName=name)["policyText"])
    t.same("and taken away", text, t.call("DeleteRepositoryPolicy", repositoryName=name)["policyText"])

    def no(what, message="^Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy"):
        t.refused("SetRepositoryPolicy", "InvalidParameterException", message, repositoryName=name, policyText=what)

    no("this is no policy")
    no("")
    no("{}")
    no(policy(statement("Maybe", "*", "ecr:*")))
    no(policy({"Effect": "Allow", "Action": "ecr:*"}))
    no(policy(statement("Allow", "*", "ecr:*", Condition={"Hungry": {"aws:Lunch": "now"}})))
    no("x" * 10241, "less than or equal to 10240")
    t.refused("SetRepositoryPolicy", "RepositoryNotFoundException", "", repositoryName=none, policyText=text)
    locked = policy(statement("Deny", "*", "ecr:SetRepositoryPolicy"))
    no(locked, "would prevent you from setting another policy")
    t.same("unless one means it", locked,
           t.call("SetRepositoryPolicy", repositoryName=name, policyText=locked, force=True)["policyText"])


def of_registry(t):
    text = policy(statement("Allow", {"AWS": "arn:aws:iam::210987654321:root"}, "ecr:ReplicateImage",
                            Resource="arn:aws:ecr:us-east-1:123456789012:repository/*"))
    for operation in ("GetRegistryPolicy", "DeleteRegistryPolicy"):
        t.refused(operation, "RegistryPolicyNotFoundException",
                  "^Registry policy does not exist in the registry with id '123456789012'$")
    t.same("the registry's, verbatim", text, t.call("PutRegistryPolicy", policyText=text)["policyText"])
    t.same("and told", text, t.call("GetRegistryPolicy")["policyText"])
    t.same("and taken away", text, t.call("DeleteRegistryPolicy")["policyText"])
    for what in ("no policy", "{}", policy(statement("Allow", "*", "ecr:*"))):
        t.refused("PutRegistryPolicy", "InvalidParameterException", "Invalid registry policy provided",
                  policyText=what)
