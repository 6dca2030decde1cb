"""What every operation has in common: the protocol itself, and who may ask. Raw requests, signed by botocore."""
import http.client
import json
import os
import re
import subprocess
import time
import urllib.parse

import botocore.auth
import botocore.awsrequest
import botocore.credentials

ANSWERS = {}
CANNOT = {}
TARGET = "AmazonEC2ContainerRegistry_V20150921."
URL = os.environ["AWS_ENDPOINT_URL"]


def send(target, body, key=None, secret=None, token=None, region="us-east-1", service="ecr", signed=True, date=None,
         headers=None):
    """Status, headers and the document of the answer."""
    headers = {"Content-Type": "application/x-amz-json-1.1", **({"X-Amz-Target": target} if target else {}),
               **(headers or {})}
    request = botocore.awsrequest.AWSRequest("POST", URL + "/", headers=headers, data=body)
    if signed:
        credentials = botocore.credentials.Credentials(key or os.environ["AWS_ACCESS_KEY_ID"],
                                                       secret or os.environ["AWS_SECRET_ACCESS_KEY"], token)
        botocore.auth.SigV4Auth(credentials, service, region).add_auth(request)
    if date:
        request.headers.replace_header("X-Amz-Date", date)
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(URL).netloc, timeout=30)
    connection.request("POST", "/", body=body, headers=dict(request.headers.items()))
    answer = connection.getresponse()
    text = answer.read()
    return answer.status, answer.headers, json.loads(text) if text[:1] == b"{" else text


def run(t):
    if t.driver != "boto3":
        return
    form(t)
    bodies(t)
    strangers(t)
    rights(t)


def form(t):
    status, headers, document = send(TARGET + "DescribeRepositories", b'{"maxResults": 1}')
    t.same("an answer", (200, "application/x-amz-json-1.1"), (status, headers["Content-Type"]))
    t.check("has its request's id", headers["x-amzn-RequestId"], headers)
    t.check("and what was asked for", "repositories" in document, document)
    status, headers, document = send(TARGET + "DescribeRepositories", b'{"repositoryNames": ["no-such"]}')
    t.same("an error", (400, "RepositoryNotFoundException", "RepositoryNotFoundException", True),
           (status, document["__type"], headers["X-Amzn-ErrorType"], bool(headers["x-amzn-RequestId"])))
    t.same("no body is no input", 200, send(TARGET + "DescribeRepositories", b"")[0])
    t.same("members that nobody knows are passed over", 200,
           send(TARGET + "DescribeRepositories", b'{"futureMember": {"a": [1]}}')[0])


def no(t, what, code, *arguments, **more):
    status, _, document = send(*arguments, **more)
    return t.check(f"{what}: {code}", status == 400 and isinstance(document, dict) and document["__type"] == code
                   and document["message"], status, document)


def bodies(t):
    for target in ("NoSuchOperation", "", "createrepository", "CreateRepository.x", "A" * 5000):
        no(t, f"operation {target!r}", "UnknownOperationException", TARGET + target, b"{}")
    no(t, "another service's target", "UnknownOperationException", "DynamoDB_20120810.CreateTable", b"{}")
    deep = b'{"repositoryNames": ' + b"[" * 5000 + b"]" * 5000 + b"}"
    for body in (b"{", b"[]", b"null", b'"text"', b"\xff\xfe", b'{"a": 1, "a": 2}', b"{} {}", deep, b'{"a": \x00}',
                 b"<xml/>", b'{"a": 1e999}'):
        no(t, f"body {body[:20]!r}", "SerializationException", TARGET + "DescribeRepositories", body)
    for members in ({"maxResults": "5"}, {"maxResults": 1.5}, {"maxResults": True}, {"repositoryNames": "x"},
                    {"repositoryNames": {}}, {"repositoryNames": [1]}, {"nextToken": []}, {"registryId": 123456789012}):
        no(t, f"types {members}", "SerializationException", TARGET + "DescribeRepositories",
           json.dumps(members).encode())
    for members in ({"force": "yes"}, {"force": 1}):
        no(t, f"types {members}", "SerializationException", TARGET + "DeleteRepository",
           json.dumps({"repositoryName": "aa", **members}).encode())
    for part in ("@@@@", "QQ", "QQ=A", "QUJD\n", "=QUJ", "Q===", "ÄÄ=="):
        no(t, f"layer part {part!r}", "SerializationException", TARGET + "UploadLayerPart",
           json.dumps({"repositoryName": "aa", "uploadId": "0" * 8 + "-0000-0000-0000-" + "0" * 12, "partFirstByte": 0,
                       "partLastByte": 2, "layerPartBlob": part}).encode())
    name = t.repository("escaped")
    upload = t.call("InitiateLayerUpload", repositoryName=name)["uploadId"]
    body = ('{"layerPartBlob": "\\u0051UJD", "partFirstByte": 0, "partLastByte": 2, "repositoryName": "%s", '
            '"uploadId": "%s"}' % (name, upload)).encode()
    t.same("a part that is written with escapes", (200, 2), (lambda answer: (answer[0], answer[2].get(
        "lastByteReceived")))(send(TARGET + "UploadLayerPart", body)))
    t.same("nulls are absent", 200, send(TARGET + "DescribeRepositories",
                                         b'{"maxResults": null, "repositoryNames": null, "nextToken": null}')[0])
    huge = b'{"nextToken": "' + b"x" * (45 << 20) + b'"}'
    try:
        status = send(TARGET + "DescribeRepositories", huge)[0]
    except (ConnectionError, BrokenPipeError):
        status = 413
    t.check("45 MB are too much", status in (400, 413), status)


def strangers(t):
    operation = TARGET + "DescribeRepositories"
    no(t, "no credentials", "MissingAuthenticationTokenException", operation, b"{}", signed=False)
    no(t, "an unknown key", "UnrecognizedClientException", operation, b"{}", key="AKIAUNKNOWNUNKNOWN00")
    no(t, "a wrong secret", "InvalidSignatureException", operation, b"{}", secret="wrong")
    no(t, "a session token that is none", "UnrecognizedClientException", operation, b"{}", token="forged")
    for service in ("s3", "sts", "iam", "ECR"):
        no(t, f"a signature for {service}", "InvalidSignatureException", operation, b"{}", service=service)
    no(t, "a date that was not signed", "IncompleteSignatureException", operation, b"{}", date="20200101T000000Z")
    t.same("health is not asked for credentials", 200, get("/healthz"))


def get(path):
    connection = http.client.HTTPConnection(urllib.parse.urlsplit(URL).netloc, timeout=30)
    connection.request("GET", path)
    return connection.getresponse().status


def user(t, name, *words):
    """A user of the registry; its access key and secret."""
    out = subprocess.run([os.environ["PLIMSOLL"], "user", "add", name, "--data", t.work + "/data", *words], check=True,
                         capture_output=True, text=True).stdout
    return re.search(r"_KEY_ID=(\S+)", out)[1], re.search(r"_ACCESS_KEY=(\S+)", out)[1]


def rights(t):
    name = t.repository("rights")
    t.image(name, "one", "v1")
    nobody, puller = user(t, "nobody"), user(t, "puller", "--allow", "pull")
    everything = json.dumps({"repositoryName": name, "repositoryNames": [name],
                             "resourceArn": f"arn:aws:ecr:us-east-1:123456789012:repository/{name}"}).encode()
    open_to_all = []
    for operation in t.model.service_model.operation_names:
        status, _, document = send(TARGET + operation, everything, *nobody)
        if status != 400 or document["__type"] != "AccessDeniedException" or f"ecr:{operation}" not in document["message"]:
            open_to_all.append(f"{operation}: {status} {document}")
    t.check("a user without rights may nothing", not open_to_all, *open_to_all)

    def may(key, operation, **members):
        status, _, document = send(TARGET + operation, json.dumps({"repositoryName": name, **members}).encode(), *key)
        return document.get("__type", status)

    t.same("one who may pull gets images", 200, may(puller, "BatchGetImage", imageIds=[{"imageTag": "v1"}]))
    t.same("and puts none", "AccessDeniedException", may(puller, "PutImage", imageManifest="{}"))
    t.same("nor makes repositories", "AccessDeniedException", may(puller, "CreateRepository"))
    subprocess.run([os.environ["PLIMSOLL"], "user", "disable", "puller", "--data", t.work + "/data"], check=True,
                   capture_output=True)
    end = time.time() + 60
    while (said := may(puller, "BatchGetImage", imageIds=[{"imageTag": "v1"}])) == 200 and time.time() < end:
        time.sleep(0.1)
    t.same("a disabled user is nobody", "UnrecognizedClientException", said)
