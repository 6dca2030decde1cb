"""What the cases of ecr_cases_*.py get: calls by boto3 or by the real aws CLI, expectations, and images to push."""
import contextlib
import hashlib
import io
import json
import os
import re
import traceback

import boto3
import botocore.config
import botocore.exceptions
import botocore.session

from ecr_model import Model

REGION = os.environ.get("AWS_DEFAULT_REGION", "us-east-1")
ENDPOINT = os.environ["AWS_ENDPOINT_URL"]
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
DOCKER = "application/vnd.docker.distribution.manifest.v2+json"


def kebab(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower()


def snake(name):
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def digest_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


class Refused(Exception):
    def __init__(self, code, message, response=None):
        super().__init__(f"{code}: {message}")
        self.code, self.message, self.response = code, message, response or {}


class Test:
    """One way to call (`driver` "boto3" or "aws"); names that cases make begin with self.prefix."""

    model = Model(botocore.session.get_session().get_service_model("ecr"))
    failed = 0

    def __init__(self, driver, work):
        self.driver, self.work, self.prefix = driver, work, f"{driver}-"
        self.group = ""
        self.clients = {}

    # ---- results, as the runner of scenarios counts them ----

    def ok(self, what):
        print(f"ok ecr: {self.driver}: {self.group}: {what}", flush=True)

    def fail(self, what, *lines):
        Test.failed += 1
        print(f"FAIL ecr: {self.driver}: {self.group}: {what}")
        for line in lines:
            print("    " + str(line).replace("\n", "\n    "), flush=True)

    def check(self, what, condition, *lines):
        self.ok(what) if condition else self.fail(what, *lines)
        return condition

    def same(self, what, expected, got):
        return self.check(what, expected == got, f"expected: {expected!r}"[:2000], f"got:      {got!r}"[:2000])

    # ---- calls ----

    def client(self, **arguments):
        """A boto3 client whose responses are judged; arguments as boto3.client has them."""
        config = arguments.pop("config", None) or botocore.config.Config(parameter_validation=False,
                                                                         retries={"max_attempts": 0})
        client = boto3.client("ecr", region_name=arguments.pop("region_name", REGION), endpoint_url=ENDPOINT,
                              config=config, **arguments)
        client.meta.events.register("before-parse.ecr", Test.model.before_parse)
        return client

    def raw(self, operation, **parameters):
        return self.by_cli(operation, parameters) if self.driver == "aws" else self.by_boto(operation, parameters)

    def by_boto(self, operation, parameters, client=None):
        if "boto" not in self.clients:
            self.clients["boto"] = self.client()
        try:
            answer = getattr(client or self.clients["boto"], snake(operation))(**parameters)
        except botocore.exceptions.ClientError as error:
            raise Refused(error.response["Error"]["Code"], error.response["Error"].get("Message", ""),
                          error.response) from None
        answer.pop("ResponseMetadata")
        return answer

    def by_cli(self, operation, parameters):
        import awscli.clidriver  # brings a botocore of its own, in the place of the other: only where it is wanted

        if "aws" not in self.clients:
            self.clients["aws"] = awscli.clidriver.create_clidriver()
            self.clients["aws"].session.register("before-parse.ecr", Test.model.before_parse)
        words = ["ecr", kebab(operation), "--no-paginate", "--output", "json"]
        if "layerPartBlob" in parameters:
            path = os.path.join(self.work, "part")
            with open(path, "wb") as file:
                file.write(parameters["layerPartBlob"])
            words += ["--layer-part-blob", "fileb://" + path]
            parameters = {name: value for name, value in parameters.items() if name != "layerPartBlob"}
        words += ["--cli-input-json", json.dumps(parameters)]
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = self.clients["aws"].main(words)
        if code:
            match = re.search(r"An error occurred \((\w+)\) when calling the \w+ operation(?: \([^)]*\))?: (.*)", err.getvalue(), re.S)
            if not match:
                raise AssertionError(f"aws {' '.join(words[:2])} ended with {code}: {err.getvalue()}")
            raise Refused(match[1], match[2].strip())
        return json.loads(out.getvalue() or "{}")

    def call(self, operation, **parameters):
        """Must succeed."""
        return self.raw(operation, **parameters)

    def refused(self, operation, code, message="", **parameters):
        """Must be refused with this exception, and a message in which the regular expression is found."""
        what = f"{operation}: {code}" + (f" ({message})" if message else "")
        try:
            self.raw(operation, **parameters)
        except Refused as refused:
            return self.check(what, refused.code == code and re.search(message, refused.message), refused)
        return self.fail(what, "it was not refused")

    @contextlib.contextmanager
    def case(self, what):
        """A block that must not raise."""
        try:
            yield
        except Exception:  # a broken case must not hide those behind it
            self.fail(what, traceback.format_exc())

    # ---- things to work on ----

    def repository(self, name, **parameters):
        name = self.prefix + name
        self.call("CreateRepository", repositoryName=name, **parameters)
        return name

    def layer(self, repository, data):
        """Uploads a layer when it is not there; its descriptor."""
        digest = digest_of(data)
        known = self.call("BatchCheckLayerAvailability", repositoryName=repository, layerDigests=[digest])["layers"]
        if known[0]["layerAvailability"] == "UNAVAILABLE":
            upload = self.call("InitiateLayerUpload", repositoryName=repository)["uploadId"]
            self.call("UploadLayerPart", repositoryName=repository, uploadId=upload, partFirstByte=0,
                      partLastByte=len(data) - 1, layerPartBlob=data)
            self.call("CompleteLayerUpload", repositoryName=repository, uploadId=upload, layerDigests=[digest])
        return {"mediaType": LAYER, "digest": digest, "size": len(data)}

    def manifest(self, repository, name, subject=None, artifact_type=None, media_type=MANIFEST, annotations=None):
        """The text of an image's manifest whose layers are in the repository; `name` makes it one of its own."""
        config = self.layer(repository, json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {
            "type": "layers", "diff_ids": []}, "config": {"Labels": {"name": name}}}).encode())
        config["mediaType"] = CONFIG
        document = {"schemaVersion": 2, "mediaType": media_type, "config": config,
                    "layers": [self.layer(repository, ("layer of " + name).encode())]}
        if subject:
            document["subject"] = subject
        if artifact_type:
            document["artifactType"] = artifact_type
        if annotations:
            document["annotations"] = annotations
        return json.dumps(document)

    def image(self, repository, name, tag=None, **more):
        """Pushes it; its digest."""
        text = self.manifest(repository, name, **more)
        parameters = {"imageTag": tag} if tag else {}
        return self.call("PutImage", repositoryName=repository, imageManifest=text, **parameters)["image"]["imageId"][
            "imageDigest"]

    def index(self, repository, children, tag=None):
        text = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [
            {"mediaType": MANIFEST, "digest": digest, "size": self.size(repository, digest),
             "platform": {"os": "linux", "architecture": "amd64"}} for digest in children]})
        parameters = {"imageTag": tag} if tag else {}
        return self.call("PutImage", repositoryName=repository, imageManifest=text, **parameters)["image"]["imageId"][
            "imageDigest"]

    def size(self, repository, digest):
        image = self.call("BatchGetImage", repositoryName=repository, imageIds=[{"imageDigest": digest}])["images"][0]
        return len(image["imageManifest"].encode())

    def descriptor(self, repository, digest):
        return {"mediaType": MANIFEST, "digest": digest, "size": self.size(repository, digest)}
