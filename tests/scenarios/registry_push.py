"""registry_push.py URL COMMAND…: pushes and pulls by the distribution API, with nothing but Python.

  push REPOSITORY TAG SEED LAYERS BYTES   an image of random layers; prints its digest
  pull REPOSITORY REFERENCE               every byte verified; exit 1 when something is not there
  churn REPOSITORY SECONDS                pushes and deletes until then
  blobs REPOSITORY REFERENCE              digests of its layers, a line each"""
import base64, hashlib, http.client, json, os, random, sys, time, urllib.parse

url, command, arguments = sys.argv[1], sys.argv[2], sys.argv[3:]
user = os.environ["PLIMSOLL_BOOTSTRAP_ACCESS_KEY"] + ":" + os.environ["PLIMSOLL_BOOTSTRAP_SECRET_KEY"]
headers = {"Authorization": "Basic " + base64.b64encode(user.encode()).decode()}
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
connection = http.client.HTTPConnection(urllib.parse.urlparse(url).netloc, timeout=60)


def digest(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def call(method, path, body=None, more=None, good=(200, 201, 202)):
    connection.request(method, path, body, {**headers, **(more or {})})
    answer = connection.getresponse()
    data = answer.read()
    if answer.status not in good:
        sys.exit(f"{method} {path}: {answer.status} {data[:300]!r}")
    return answer, data


def push_blob(repository, data):
    answer, _ = call("POST", f"/v2/{repository}/blobs/uploads/")
    place = urllib.parse.urlparse(answer.headers["Location"])
    query = (place.query + "&" if place.query else "") + "digest=" + digest(data)
    call("PUT", place.path + "?" + query, data, {"Content-Type": "application/octet-stream"})
    return {"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": digest(data), "size": len(data)}


def push(repository, tag, seed, layers, size):
    dice = random.Random(seed)
    manifest = {"schemaVersion": 2, "mediaType": MANIFEST,
                "config": {**push_blob(repository, json.dumps({"os": "linux", "architecture": "amd64", "seed": seed}).encode()),
                           "mediaType": "application/vnd.oci.image.config.v1+json"},
                "layers": [push_blob(repository, dice.randbytes(size)) for _ in range(layers)]}
    data = json.dumps(manifest).encode()
    call("PUT", f"/v2/{repository}/manifests/{tag}", data, {"Content-Type": MANIFEST})
    return digest(data)


def manifest_of(repository, reference):
    _, data = call("GET", f"/v2/{repository}/manifests/{reference}", None, {"Accept": MANIFEST})
    return json.loads(data)


def pull(repository, reference):
    manifest = manifest_of(repository, reference)
    for blob in [manifest["config"], *manifest["layers"]]:
        _, data = call("GET", f"/v2/{repository}/blobs/{blob['digest']}")
        if digest(data) != blob["digest"]:
            sys.exit(f"{blob['digest']} has other bytes")


if command == "push":
    print(push(arguments[0], arguments[1], int(arguments[2]), int(arguments[3]), int(arguments[4])))
elif command == "pull":
    pull(*arguments)
elif command == "blobs":
    print("\n".join(layer["digest"] for layer in manifest_of(*arguments)["layers"]))
elif command == "churn":
    end, seed = time.time() + float(arguments[1]), 1000
    while time.time() < end:
        seed += 1
        made = push(arguments[0], "churn", seed, 2, 20000)
        if seed % 2:
            call("DELETE", f"/v2/{arguments[0]}/manifests/{made}")
    print(seed - 1000)
