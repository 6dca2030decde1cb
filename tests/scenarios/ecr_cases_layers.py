"""Layers: whether they are there, uploads in parts, downloads."""
import http.client
import urllib.parse

from ecr_test import LAYER, digest_of

ANSWERS = {
    "BatchCheckLayerAvailability": "ok InvalidParameterException RepositoryNotFoundException",
    "InitiateLayerUpload": "ok InvalidParameterException RepositoryNotFoundException",
    "UploadLayerPart": "ok InvalidParameterException InvalidLayerPartException RepositoryNotFoundException "
                       "UploadNotFoundException",
    "CompleteLayerUpload": "ok InvalidParameterException RepositoryNotFoundException UploadNotFoundException "
                           "InvalidLayerException LayerPartTooSmallException LayerAlreadyExistsException "
                           "EmptyUploadException",
    "GetDownloadUrlForLayer": "ok InvalidParameterException LayersNotFoundException LayerInaccessibleException "
                              "RepositoryNotFoundException",
}
NO_KMS = {"KmsException": "nothing is asked of KMS"}
CANNOT = {
    "InitiateLayerUpload": NO_KMS,
    "UploadLayerPart": {**NO_KMS, "LimitExceededException": "a layer of more than 64 GiB"},
    "CompleteLayerUpload": NO_KMS,
    "GetDownloadUrlForLayer": {"UnableToGetUpstreamLayerException": "cache rules have cases of their own"},
}
LEAST, MOST = 5 << 20, 20 << 20


def run(t):
    name = t.repository("layers")
    availability(t, name)
    parts(t, name)
    complete(t, name)
    download(t, name)


def availability(t, name):
    data = b"here"
    t.layer(name, data)
    gone = "sha256:" + "0" * 64
    answer = t.call("BatchCheckLayerAvailability", repositoryName=name,
                    layerDigests=[digest_of(data), gone, "sha256:xyz", ""])
    t.same("layers", [(digest_of(data), "AVAILABLE", 4), (gone, "UNAVAILABLE", None)],
           [(layer["layerDigest"], layer["layerAvailability"], layer.get("layerSize")) for layer in answer["layers"]])
    t.same("failures", ["InvalidLayerDigest", "MissingLayerDigest"],
           [failure["failureCode"] for failure in answer["failures"]])
    t.refused("BatchCheckLayerAvailability", "InvalidParameterException", "layerDigests", repositoryName=name,
              layerDigests=[])
    t.refused("BatchCheckLayerAvailability", "InvalidParameterException", "layerDigests", repositoryName=name,
              layerDigests=["x" * 1001])
    t.refused("BatchCheckLayerAvailability", "RepositoryNotFoundException", "", repositoryName=t.prefix + "none",
              layerDigests=[gone])


def begin(t, name):
    answer = t.call("InitiateLayerUpload", repositoryName=name)
    t.same("parts of 20 MiB", MOST, answer["partSize"])
    return answer["uploadId"]


def part(name, upload, first, data, **more):
    return {"repositoryName": name, "uploadId": upload, "partFirstByte": first,
            "partLastByte": first + len(data) - 1, "layerPartBlob": data, **more}


def parts(t, name):
    t.refused("InitiateLayerUpload", "RepositoryNotFoundException", "", repositoryName=t.prefix + "none")
    t.refused("InitiateLayerUpload", "InvalidParameterException", "", repositoryName="")
    upload = begin(t, name)
    large = bytes(range(256)) * (MOST // 256)
    t.same("a part of 20 MiB", MOST - 1, t.call("UploadLayerPart", **part(name, upload, 0, large))["lastByteReceived"])
    t.refused("UploadLayerPart", "InvalidLayerPartException", "begins at byte 0", **part(name, upload, 0, b"again"))
    t.refused("UploadLayerPart", "InvalidLayerPartException", "begins at byte", **part(name, upload, MOST + 1, b"gap"))
    t.refused("UploadLayerPart", "InvalidLayerPartException", "partFirstByte", **part(name, upload, MOST, b"long",
                                                                                    partLastByte=MOST + 9))
    t.refused("UploadLayerPart", "InvalidLayerPartException", "", **part(name, upload, MOST, b""))
    t.refused("UploadLayerPart", "InvalidParameterException", "layerPartBlob", **part(name, upload, MOST, large + b"x"))
    t.refused("UploadLayerPart", "InvalidParameterException", "partFirstByte", **part(name, upload, -1, b"x"))
    t.refused("UploadLayerPart", "InvalidParameterException", "uploadId", **part(name, "no-uuid", 0, b"x"))
    t.refused("UploadLayerPart", "UploadNotFoundException", "", **part(name, "0" * 8 + "-0000-0000-0000-" + "0" * 12,
                                                                     0, b"x"))
    t.refused("UploadLayerPart", "RepositoryNotFoundException", "", **part(t.prefix + "none", upload, 0, b"x"))
    if t.driver == "boto3":
        try:
            t.clients["boto"].upload_layer_part(**part(name, upload, 5, b"x"))
        except t.clients["boto"].exceptions.InvalidLayerPartException as error:
            t.same("the exception's members", (MOST - 1, upload, name), (
                error.response["lastValidByteReceived"], error.response["uploadId"], error.response["repositoryName"]))
    t.call("UploadLayerPart", **part(name, upload, MOST, b"the end"))
    digest = digest_of(large + b"the end")
    t.same("completed", digest, t.call("CompleteLayerUpload", repositoryName=name, uploadId=upload,
                                       layerDigests=[digest])["layerDigest"])
    t.same("is there", MOST + 7, t.call("BatchCheckLayerAvailability", repositoryName=name, layerDigests=[digest])[
        "layers"][0]["layerSize"])


def complete(t, name):
    def no(code, upload, digest, message="", repository=name):
        t.refused("CompleteLayerUpload", code, message, repositoryName=repository, uploadId=upload,
                  layerDigests=[digest])

    nobody = "0" * 8 + "-0000-0000-0000-" + "0" * 12
    data = b"of another digest"
    upload = begin(t, name)
    no("EmptyUploadException", upload, digest_of(data))
    t.call("UploadLayerPart", **part(name, upload, 0, data))
    no("InvalidParameterException", upload, "nonsense", "layerDigests")
    no("RepositoryNotFoundException", upload, digest_of(data), "", t.prefix + "none")
    no("InvalidLayerException", upload, digest_of(b"x"), digest_of(data))
    no("UploadNotFoundException", upload, digest_of(data))
    no("UploadNotFoundException", nobody, digest_of(data))
    upload = begin(t, name)
    t.call("UploadLayerPart", **part(name, upload, 0, data))
    t.call("CompleteLayerUpload", repositoryName=name, uploadId=upload, layerDigests=["sha384:" + "ab" * 48,
                                                                                     digest_of(data)])
    upload = begin(t, name)
    t.call("UploadLayerPart", **part(name, upload, 0, data))
    no("LayerAlreadyExistsException", upload, digest_of(data), "already exists")
    upload = begin(t, name)
    t.call("UploadLayerPart", **part(name, upload, 0, b"small"))
    t.call("UploadLayerPart", **part(name, upload, 5, b"more"))
    no("LayerPartTooSmallException", upload, digest_of(b"smallmore"))
    upload = begin(t, name)
    least = b"x" * LEAST
    t.call("UploadLayerPart", **part(name, upload, 0, least))
    t.call("UploadLayerPart", **part(name, upload, LEAST, b"end"))
    t.same("parts of 5 MiB are large enough", digest_of(least + b"end"), t.call(
        "CompleteLayerUpload", repositoryName=name, uploadId=upload, layerDigests=[digest_of(least + b"end")])[
        "layerDigest"])


def fetch(url, headers=None, method="GET"):
    parts = urllib.parse.urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    connection.request(method, f"{parts.path}?{parts.query}", headers=headers or {})
    answer = connection.getresponse()
    return answer.status, answer.read(), answer.headers


def download(t, name):
    t.image(name, "download", "v1")
    data = b"layer of download"
    answer = t.call("GetDownloadUrlForLayer", repositoryName=name, layerDigest=digest_of(data))
    url = answer["downloadUrl"]
    with t.case("download"):
        t.same("its bytes, without credentials", (200, data), fetch(url)[:2])
        t.same("a range of them", (206, data[3:8]), fetch(url, {"Range": "bytes=3-7"})[:2])
        t.same("the end of them", (206, data[-4:]), fetch(url, {"Range": "bytes=-4"})[:2])
        t.same("a range behind the end", 416, fetch(url, {"Range": "bytes=100-"})[0])
        t.same("HEAD", (200, b""), fetch(url, method="HEAD")[:2])
        t.same("another signature", 403, fetch(url[:-1] + ("0" if url[-1] != "0" else "1"))[0])
        t.same("another layer", 403, fetch(url.replace(digest_of(data), digest_of(b"here")))[0])
        t.same("a later end", 403, fetch(url.replace("expires=1", "expires=2"))[0])
        t.same("no signature", 403, fetch(url.split("?")[0])[0])
        t.same("another method", 405, fetch(url, method="DELETE")[0])
    layer = t.call("BatchCheckLayerAvailability", repositoryName=name, layerDigests=[digest_of(data)])["layers"][0]
    t.same("the media type that its image says", LAYER, layer["mediaType"])
    t.refused("GetDownloadUrlForLayer", "LayersNotFoundException", "0000", repositoryName=name,
              layerDigest="sha256:" + "0" * 64)
    t.refused("GetDownloadUrlForLayer", "LayerInaccessibleException", "not associated with an image",
              repositoryName=name, layerDigest=digest_of(b"here"))
    t.refused("GetDownloadUrlForLayer", "InvalidParameterException", "layerDigest", repositoryName=name,
              layerDigest="x")
    t.refused("GetDownloadUrlForLayer", "RepositoryNotFoundException", "", repositoryName=t.prefix + "none",
              layerDigest="sha256:" + "0" * 64)
