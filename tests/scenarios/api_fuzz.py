"""Random requests to ECR's API, STS and IAM; every answer is judged by botocore's models. See api_fuzz.sh."""
import base64
import hashlib
import http.client
import json
import os
import random
import sys
import urllib.parse

import botocore.parsers
import botocore.session

from ecr_model import Judge, Model

SEED = int(os.environ.get("PLIMSOLL_SEED", "1"))
ROUNDS = int(os.environ.get("PLIMSOLL_ROUNDS", "40"))
HOST = urllib.parse.urlsplit(os.environ["AWS_ENDPOINT_URL"]).netloc
AUTH = "Basic " + base64.b64encode(
    f"{os.environ['AWS_ACCESS_KEY_ID']}:{os.environ['AWS_SECRET_ACCESS_KEY']}".encode()).decode()
TARGET = "AmazonEC2ContainerRegistry_V20150921."
ACCOUNT = "123456789012"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
ALL = [True]
DEEP = "deep"  # a document too deep for json.dumps is written by hand


def say(good, what, *lines):
    print(("ok" if good else "FAIL") + " api_fuzz: " + what)
    for line in [] if good else lines[:40]:
        print("    " + str(line)[:700])
    ALL[0] = ALL[0] and good


class Wire:
    """One connection, opened again when it was closed. An answer takes a minute at most."""

    def __init__(self):
        self.connection = None

    def post(self, body, headers):
        for attempt in (1, 2):
            fresh = self.connection is None
            if fresh:
                self.connection = http.client.HTTPConnection(HOST, timeout=60)
            try:
                self.connection.request("POST", "/", body=body, headers={"Authorization": AUTH, **headers})
                answer = self.connection.getresponse()
                return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
            except (ConnectionError, http.client.HTTPException):
                self.connection.close()
                self.connection = None
                if fresh:
                    raise
        raise AssertionError("not reached")


# ---- inputs ----

class Inputs:
    """Valid inputs of shapes, from what is in the registry; and how to spoil them."""

    def __init__(self, chance, known):
        self.chance, self.known = chance, known

    def valid(self, shape, name="", depth=0):
        chance = self.chance
        if name in self.known and shape.type_name in ("string", "blob", "long", "integer") and chance.random() < 0.9:
            return chance.choice(self.known[name])
        kind = shape.type_name
        if kind == "structure":
            return {member: self.valid(inner, member, depth + 1) for member, inner in shape.members.items()
                    if member in shape.required_members or chance.random() < 0.5 / (1 + depth / 3)}
        if kind == "list":
            least = max(shape.metadata.get("min") or 0, chance.randint(0, 2))
            return [self.valid(shape.member, shape.member.name, depth + 1) for _ in range(least)]
        if kind == "map":
            return {self.valid(shape.key): self.valid(shape.value) for _ in range(chance.randint(0, 2))}
        if kind == "string":
            return chance.choice(shape.enum) if shape.enum else self.text(shape)
        if kind in ("long", "integer"):
            low = shape.metadata.get("min") or 0
            return chance.randint(low, min(shape.metadata.get("max") or 1000, low + 1000))
        return {"boolean": chance.random() < 0.5, "timestamp": 1.7e9, "blob": "QUJD"}.get(kind, 1.5)

    def text(self, shape):
        size = max(shape.metadata.get("min") or 0, self.chance.randint(0, 6))
        return "".join(self.chance.choice("abc019-") for _ in range(min(size, 400)))

    def junk(self):
        chance = self.chance
        kind = chance.randrange(22)
        simple = [None, True, False, 0, -1, 1.5, 2**31, 2**63 - 1, -2**63, "", " ", "a", [], {}, [None], [[]], {"": {}}]
        if kind < 10:
            return chance.choice(simple)
        return [
            lambda: "x" * chance.choice([63, 256, 257, 5000, 100000]),
            lambda: "\x00", lambda: "a\x00b", lambda: "é\U0001F600\u202e\ufeff", lambda: "../../../etc/passwd",
            lambda: chance.choice(["%2e%2e%2f", "a//b", "A", "_", "-", "a/", "$(id)", "'; drop table rows; --", "{}"]),
            lambda: [chance.choice(simple) for _ in range(chance.choice([2, 26, 101, 1001]))],
            lambda: {f"k{i}": chance.choice(simple) for i in range(chance.choice([1, 60]))},
            lambda: {"imageDigest": "sha256:" + "0" * 64, "imageTag": "v1"},
            lambda: base64.b64encode(chance.randbytes(chance.randint(0, 60))).decode(),
            lambda: DEEP * (chance.random() < 0.2) or "b",
            lambda: {"tagStatus": chance.choice(simple), "filterValue": []},
        ][kind - 10]()

    def spoil(self, value):
        """One change somewhere inside; the value itself may be another afterwards."""
        chance = self.chance
        if isinstance(value, dict) and value and chance.random() < 0.9:
            key = chance.choice(list(value))
            how = chance.random()
            if how < 0.15:
                del value[key]
            elif how < 0.25:
                value[key + chance.choice(["", "x", "\x00"])] = self.junk()
            else:
                value[key] = self.spoil(value[key])
            return value
        if isinstance(value, list) and value and chance.random() < 0.7:
            at = chance.randrange(len(value))
            value[at] = self.spoil(value[at])
            return value * chance.choice([1, 1, 1, 2, 120 if len(value) < 100 else 1])
        if isinstance(value, str) and value and chance.random() < 0.3:
            at = chance.randrange(len(value))
            return value[:at] + chance.choice(["", "\x00", "A", "/", "..", "é", '"', "{", value]) + value[at + 1:]
        return self.junk()


class Strict(Judge):
    """A request's complaints: null is a member that is not there, and the model's numbers of the account are wider here."""

    def structure(self, shape, value, path):
        if isinstance(value, dict):
            value = {name: member for name, member in value.items() if member is not None and name in shape.members}
        super().structure(shape, value, path)

    def timestamp(self, shape, value, path):
        pass


def complaints_of(shape, value):
    judge = Strict()
    judge.value(shape, value, "")
    return judge.complaints


# ---- ECR ----

# Whose patterns in the model are narrower: accounts may have nine digits here, as in the guide.
OF_ACCOUNTS = (".registryId", ".principalArn", ".pullTimeUpdateExclusions", ".resourceArn")


def dumps(value):
    """JSON of it, with what json.dumps refuses or never writes."""
    text = json.dumps(value)
    if f'"{DEEP}"' in text:
        text = text.replace(f'"{DEEP}"', "[" * 900 + "]" * 900, 1)
    return text.encode()


class Ecr:
    def __init__(self, wire, chance):
        self.wire, self.chance = wire, chance
        self.model = Model(botocore.session.get_session().get_service_model("ecr"))
        self.tally, self.bad = {}, []
        config = b"{}"
        self.config = "sha256:" + hashlib.sha256(config).hexdigest()
        self.image = json.dumps({"schemaVersion": 2, "mediaType": MANIFEST, "layers": [], "config": {
            "mediaType": "application/vnd.oci.empty.v1+json", "digest": self.config, "size": len(config)}})
        digest = "sha256:" + hashlib.sha256(self.image.encode()).hexdigest()
        arn = f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/"
        policy = {"Version": "2012-10-17", "Statement": [{"Sid": "a", "Effect": "Allow", "Principal": "*",
                                                          "Action": "ecr:BatchGetImage"}]}
        rule = {"rules": [{"rulePriority": 1, "selection": {"tagStatus": "untagged", "countType": "imageCountMoreThan",
                                                            "countNumber": 3}, "action": {"type": "expire"}}]}
        self.known = {
            "repositoryName": ["fuzz/one", "fuzz/two", "fuzz/gone"], "registryId": [ACCOUNT],
            "resourceArn": [arn + "fuzz/one", arn + "fuzz/gone"], "imageTag": ["v1", "v2", "none"],
            "imageDigest": [digest, "sha256:" + "1" * 64], "imageManifest": [self.image, "{}"],
            "imageManifestMediaType": [MANIFEST], "layerDigest": [self.config, "sha256:" + "2" * 64],
            "LayerDigest": [self.config], "BatchedOperationLayerDigest": [self.config, "sha256:" + "2" * 64],
            "RepositoryName": ["fuzz/one", "fuzz/two"], "uploadId": ["00000000-0000-4000-8000-000000000000"],
            "partFirstByte": [0, 3], "partLastByte": [2, 5], "layerPartBlob": ["QUJD"], "nextToken": ["", "QUJD", "e30="],
            "lifecyclePolicyText": [json.dumps(rule)], "policyText": [json.dumps(policy)],
            "ecrRepositoryPrefix": ["cache", "ROOT", "cache/two"], "prefix": ["cache", "ROOT"],
            "upstreamRegistryUrl": ["public.ecr.aws", "quay.io", "127.0.0.1:1"], "credentialArn": [], "customRoleArn": [],
            "name": ["BASIC_SCAN_TYPE_VERSION", "BLOB_MOUNTING", "REGISTRY_POLICY_SCOPE"], "value": ["ENABLED", "AWS_NATIVE", "V2"],
            "kmsKey": ["alias/a"], "principalArn": [f"arn:aws:iam::{ACCOUNT}:role/x"], "region": ["us-east-1", "eu-west-1"],
        }
        self.known = {name: values for name, values in self.known.items() if values}
        self.inputs = Inputs(chance, self.known)

    def world(self):
        """What valid inputs name is there."""
        for name in ("fuzz/one", "fuzz/two"):
            self.ask("CreateRepository", {"repositoryName": name})
        upload = json.loads(self.ask("InitiateLayerUpload", {"repositoryName": "fuzz/one"})[2])["uploadId"]
        self.ask("UploadLayerPart", {"repositoryName": "fuzz/one", "uploadId": upload, "partFirstByte": 0,
                                     "partLastByte": 1, "layerPartBlob": "e30="})
        self.ask("CompleteLayerUpload", {"repositoryName": "fuzz/one", "uploadId": upload, "layerDigests": [self.config]})
        self.ask("PutImage", {"repositoryName": "fuzz/one", "imageManifest": self.image, "imageTag": "v1"})
        upload = json.loads(self.ask("InitiateLayerUpload", {"repositoryName": "fuzz/one"})[2])["uploadId"]
        self.known["uploadId"] = [upload] * 3 + self.known["uploadId"][-1:]

    def ask(self, operation, value):
        return self.wire.post(value if isinstance(value, bytes) else dumps(value), {
            "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": TARGET + operation})

    def judge(self, operation, value, body, status, headers, text):
        model, judge = self.model.service_model.operation_model(operation), Judge()
        try:
            document = json.loads(text)
        except ValueError:
            return [f"not JSON: {status} {text[:200]!r}"]
        if status != 200:
            name = self.model.judge_error(judge, model, status, headers, document)
            elsewhere = not isinstance(value, dict) or value.get("registryId") != ACCOUNT or "resourceArn" in value
            if name == "ServerException" or name == "AccessDeniedException" and not elsewhere:
                judge.say("", f"{status} {name}")
            self.count(operation, name)
            return judge.complaints
        self.count(operation, "ok")
        judge.structure(model.output_shape, document, "")
        wrong = [] if value is None else [f"success in spite of {one}" for one in complaints_of(model.input_shape, value)]
        return [one for one in judge.complaints + wrong if not any(path in one for path in OF_ACCOUNTS)]

    def count(self, operation, name):
        row = self.tally.setdefault(operation, {})
        row[name] = row.get(name, 0) + 1

    def one(self, operation):
        value = self.inputs.valid(self.model.service_model.operation_model(operation).input_shape)
        for _ in range(self.chance.choice([0, 0, 1, 1, 1, 3])):
            value = self.inputs.spoil(value)
        body = dumps(value)
        if self.chance.random() < 0.1:  # of the JSON itself
            at = self.chance.randrange(len(body) + 1)
            body = body[:at] + self.chance.choice([b"", b"\x00", b"\xff", b"{", b"}", b",", b'"', b"\\ud800", b"1e999", b"\\u0000",
                                                   b"/**/", b"9" * 400]) + body[at + self.chance.randrange(3):]
            try:
                value = json.loads(body, object_pairs_hook=lambda pairs: None if len(dict(pairs)) < len(pairs) else dict(pairs))
            except ValueError:
                value = None
            if not isinstance(value, dict):
                value = None
        status, headers, text = self.ask(operation, body)
        for one in self.judge(operation, value if DEEP not in repr(value) else None, body, status, headers, text):
            self.bad.append(f"{operation}: {one}; request {body[:300]!r}")

    def run(self):
        operations = sorted(self.model.service_model.operation_names)
        for turn in range(ROUNDS):
            self.world()
            for operation in operations:
                self.one(operation)
        asked = sum(sum(row.values()) for row in self.tally.values())
        say(not self.bad, f"{asked} requests to {len(self.tally)} of ECR's operations (seed {SEED})", *sorted(self.bad))
        fine = [name for name, row in self.tally.items() if "ok" in row]
        say(len(fine) > len(operations) / 2, f"{len(fine)} of them were also granted", *(set(operations) - set(fine)))


# ---- STS and IAM ----

QUERY_ERRORS = {"ValidationError", "MalformedQueryString", "InvalidAction", "AccessDenied", "NoSuchEntity", "Throttling"}


class Query:
    def __init__(self, wire, chance, service):
        self.wire, self.chance, self.service = wire, chance, service
        self.model = botocore.session.get_session().get_service_model(service)
        self.parser = botocore.parsers.create_parser("query")
        self.bad, self.answers = [], {}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ecr:*", "Resource": "*"}]})
        trust = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT},
                                                                    "Action": "sts:AssumeRole"}]})
        self.known = {"RoleName": ["fuzz", "none"], "UserName": ["fuzz", "none"], "PolicyName": ["one"], "PolicyDocument": [policy, trust],
                      "AssumeRolePolicyDocument": [trust], "RoleArn": [f"arn:aws:iam::{ACCOUNT}:role/fuzz"],
                      "RoleSessionName": ["session"], "Path": ["/", "/a/"], "PathPrefix": ["/"], "Marker": ["Zg=="],
                      "DurationSeconds": [900, 3600], "MaxSessionDuration": [3600], "MaxItems": [1, 100], "Status": ["Inactive", "Active"],
                      "AccessKeyId": ["AKIANOBODYNOBODY0000"]}
        self.inputs = Inputs(chance, self.known)

    def ask(self, pairs):
        return self.wire.post(urllib.parse.urlencode(pairs), {"Content-Type": "application/x-www-form-urlencoded"})

    def flat(self, value, path=""):
        if isinstance(value, dict):
            return [pair for name, one in value.items() for pair in self.flat(one, f"{path}.{name}" if path else name)]
        if isinstance(value, list):
            return [pair for at, one in enumerate(value[:20], 1) for pair in self.flat(one, f"{path}.member.{at}")]
        return [] if value is None else [(path.encode("utf-8", "replace"), str(value).encode("utf-8", "replace")[:5000])]

    def one(self, operation):
        value = self.inputs.valid(self.model.operation_model(operation).input_shape or self.nothing())
        for _ in range(self.chance.choice([0, 1, 1, 2])):
            value = self.inputs.spoil(value)
        pairs = [("Action", operation), ("Version", self.model.api_version)] + self.flat(value)
        status, headers, text = self.ask(pairs)
        for one in self.judge(operation, value, status, headers, text):
            self.bad.append(f"{operation}: {one}; request {pairs!r:.400}")

    @staticmethod
    def nothing():
        return botocore.model.StructureShape("Nothing", {"type": "structure", "members": {}})

    @staticmethod
    def wrong(shape, value):
        """What texts of the request no success allows. An empty member is one that is not there."""
        value = value if isinstance(value, dict) else {}
        judge = Strict()
        for name, member in shape.members.items():
            text = value.get(name)
            if name in shape.required_members and text in (None, "", [], {}):
                judge.say(name, "required and missing")
            elif isinstance(text, str) and text and member.type_name == "string" and name != "PathPrefix":
                judge.string(member, text, name)
        return [f"success in spite of {one}" for one in judge.complaints]

    def judge(self, operation, value, status, headers, text):
        model = self.model.operation_model(operation)
        try:
            parsed = self.parser.parse({"status_code": status, "headers": headers, "body": text}, model.output_shape)
        except botocore.parsers.ResponseParserError as error:
            return [f"{status} {text[:200]!r}: {error}"]
        if headers.get("content-type") != "text/xml" or not headers.get("x-amzn-requestid"):
            return [f"headers {headers}"]
        if status == 200:
            self.answers.setdefault(operation, set()).add("ok")
            missing = [name for name in (model.output_shape.required_members if model.output_shape else [])
                       if name not in parsed]
            return ([f"without {missing}"] if missing else []) + self.wrong(model.input_shape or self.nothing(), value)
        code = parsed["Error"].get("Code")
        self.answers.setdefault(operation, set()).add(code)
        documented = {(shape.metadata.get("error") or {}).get("code", shape.name) for shape in model.error_shapes}
        if status >= 500 or code not in documented | QUERY_ERRORS or not parsed["Error"].get("Message"):
            return [f"{status} {parsed['Error']}"]
        return []

    def run(self, rounds):
        for _ in range(rounds):
            for pairs in ([("Action", "CreateRole"), ("RoleName", "fuzz"), ("AssumeRolePolicyDocument", self.known["AssumeRolePolicyDocument"][0])],
                          [("Action", "CreateUser"), ("UserName", "fuzz")]):
                self.ask(pairs)
            for operation in sorted(self.model.operation_names):
                if rounds == 1 or self.answers.get(operation) != {"InvalidAction"}:
                    self.one(operation)
        here = sorted(name for name, seen in self.answers.items() if seen != {"InvalidAction"})
        say(not self.bad, f"{self.service}: {len(here)} of {len(self.model.operation_names)} operations (seed {SEED})", *sorted(self.bad))
        fine = [name for name in here if "ok" in self.answers[name]]
        say(len(fine) > len(here) / 2, f"{self.service}: {len(fine)} were also granted", *(set(here) - set(fine)))


def main():
    wire = Wire()
    Ecr(wire, random.Random(SEED)).run()
    for service in ("sts", "iam"):
        Query(wire, random.Random(SEED), service).run(ROUNDS)
    sys.exit(0 if ALL[0] else 1)


main()
