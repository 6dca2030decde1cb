"""The distribution API byte by byte, as a client of bad manners sees it. registry_wire.py HOST:PORT USER PASSWORD"""
import base64, hashlib, http.client, json, os, socket, sys, threading, time

address, user, password = sys.argv[1:]
AUTH = {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}
OCI = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER = "application/vnd.docker.distribution.manifest.v2+json"
LIST = "application/vnd.docker.distribution.manifest.list.v2+json"


def check(what, good, *seen):
    print(("ok" if good else "FAIL") + " registry_wire: " + what)
    if not good:
        print("    " + " ".join(str(one)[:600] for one in seen))


def same(what, expected, got):
    check(what, expected == got, f"expected {expected!r}, got {got!r}")


class Answer:
    def __init__(self, response, body):
        self.status, self.headers, self.body = response.status, response.headers, body

    def __getitem__(self, name):
        return self.headers.get(name)

    def json(self):
        return json.loads(self.body)

    def code(self):
        try:
            return self.json()["errors"][0]["code"]
        except Exception:
            return None

    def __repr__(self):
        return f"{self.status} {dict(self.headers)} {self.body[:300]}"


def call(method, path, body=None, headers=None, auth=True, length=None):
    connection = http.client.HTTPConnection(address, timeout=60)
    every = dict(AUTH) if auth else {}
    every.update(headers or {})
    connection.putrequest(method, path, skip_accept_encoding=True)
    chunked = hasattr(body, "__next__")
    if body is not None and not chunked or method in ("POST", "PUT", "PATCH") and not chunked:
        every.setdefault("Content-Length", str(length if length is not None else len(body or b"")))
    if chunked:
        every["Transfer-Encoding"] = "chunked"
    for name, value in every.items():
        for one in value if isinstance(value, list) else [value]:
            connection.putheader(name, one)
    connection.endheaders()
    try:
        if chunked:
            for piece in body:
                connection.send(b"%x\r\n%s\r\n" % (len(piece), piece))
            connection.send(b"0\r\n\r\n")
        elif body:
            connection.send(body)
    except (BrokenPipeError, ConnectionResetError):
        pass  # it answered before it had read all of it
    response = connection.getresponse()
    answer = Answer(response, response.read())
    connection.close()
    return answer


def digest(data, algorithm="sha256"):
    return algorithm + ":" + hashlib.new(algorithm, data).hexdigest()


def push_blob(repository, data):
    return call("POST", f"/v2/{repository}/blobs/uploads/?digest={digest(data)}", data)


def manifest(config, *layers, **more):
    def descriptor(kind, data):
        return {"mediaType": kind, "digest": digest(data), "size": len(data)}
    document = {"schemaVersion": 2, "mediaType": OCI,
                "config": descriptor("application/vnd.oci.image.config.v1+json", config),
                "layers": [descriptor("application/vnd.oci.image.layer.v1.tar+gzip", one) for one in layers]}
    document.update(more)
    return json.dumps(document, indent=1).encode() + b"\n"


def put(repository, reference, data, kind=OCI, query=""):
    return call("PUT", f"/v2/{repository}/manifests/{reference}{query}", data, {"Content-Type": kind})


# Who is there
answer = call("GET", "/v2/", auth=False)
same("nobody in particular is asked who it is", 401, answer.status)
challenges = answer.headers.get_all("WWW-Authenticate") or []
check("by Basic, in ECR's words", any(c.startswith("Basic realm=") and 'service="ecr.amazonaws.com"' in c for c in challenges), challenges)
check("and by Bearer", any(c.startswith("Bearer realm=") and "/token" in c for c in challenges), challenges)
same("as JSON", "UNAUTHORIZED", answer.code())
same("the version is told", "registry/2.0", answer["Docker-Distribution-Api-Version"])
same("a wrong password is refused", 401, call("GET", "/v2/", auth=False, headers={"Authorization": "Basic " + base64.b64encode(f"{user}:wrong".encode()).decode()}).status)
for junk in ("Basic", "Basic !!!", "Bearer", "Bearer a.b.c", "Nonsense x", "Basic " + "A" * 6000):
    check(f"junk is refused: {junk[:12]}", call("GET", "/v2/", auth=False, headers={"Authorization": junk}).status in (400, 401, 431))
same("the right one is let in", 200, call("GET", "/v2/").status)
same("also without the slash", 200, call("GET", "/v2").status)

# Uploads
repo = "wire/team/app"
config = b'{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[]}}'
blob = os.urandom(300000)
answer = push_blob(repo, config)
same("all at once: 201", 201, answer.status)
same("where it is", f"/v2/{repo}/blobs/{digest(config)}", answer["Location"])
same("what it is", digest(config), answer["Docker-Content-Digest"])
answer = call("POST", f"/v2/{repo}/blobs/uploads/")
same("a session: 202", 202, answer.status)
where = answer["Location"]
check("has a place", where and where.startswith(f"/v2/{repo}/blobs/uploads/"), answer)
check("has a name", answer["Docker-Upload-UUID"] and answer["Docker-Upload-UUID"] in where, answer)
same("has nothing", "0-0", answer["Range"])
check("says what a chunk must have", answer["OCI-Chunk-Min-Length"], answer)
answer = call("PATCH", where, blob[:100000], {"Content-Range": "0-99999", "Content-Type": "application/octet-stream"})
same("the first chunk: 202", 202, answer.status)
same("so far", "0-99999", answer["Range"])
answer = call("PATCH", where, blob[200000:], {"Content-Range": "200000-299999"})
same("a chunk that leaves a hole: 416", 416, answer.status)
same("which says how far it is", "0-99999", answer["Range"])
check("and where to go on", answer["Location"] == where, answer)
same("as JSON", "BLOB_UPLOAD_INVALID", answer.code())
same("the first chunk again: 416", 416, call("PATCH", where, blob[:100000], {"Content-Range": "0-99999"}).status)
same("a chunk of another length: 400", 400, call("PATCH", where, blob[100000:150000], {"Content-Range": "100000-199999"}).status)
same("no range at all: 400", 400, call("PATCH", where, blob[100000:150000], {"Content-Range": "x"}).status)
answer = call("GET", where)
same("status: 204", 204, answer.status)
same("how far it is", "0-99999", answer["Range"])
answer = call("PATCH", where, (blob[at:at + 7000] for at in range(100000, 200000, 7000) if True), None) if False else \
    call("PATCH", where, (blob[at:min(at + 7000, 200000)] for at in range(100000, 200000, 7000)))
same("a stream of unknown length: 202", 202, answer.status)
same("so far", "0-199999", answer["Range"])
answer = call("PUT", where + f"?digest={digest(blob)}", blob[200000:], {"Content-Range": "200000-299999"})
same("the last chunk with PUT: 201", 201, answer.status)
same("it is the blob", blob, call("GET", answer["Location"]).body)
same("the session is over", 404, call("GET", where).status)
same("and is so called", "BLOB_UPLOAD_UNKNOWN", call("PATCH", where, b"x").code())

where = call("POST", f"/v2/{repo}/blobs/uploads/")["Location"]
answer = call("PUT", where, blob)
check("PUT wants a digest: 400", answer.status == 400 and answer.code() == "DIGEST_INVALID", answer)
where = call("POST", f"/v2/{repo}/blobs/uploads/")["Location"]
answer = call("PUT", where + f"?digest={digest(b'other')}", blob[:1000])
check("other bytes than the digest's: 400", answer.status == 400 and answer.code() == "DIGEST_INVALID", answer)
same("are no blob", 404, call("HEAD", f"/v2/{repo}/blobs/{digest(blob[:1000])}").status)
same("and not the other", 404, call("HEAD", f"/v2/{repo}/blobs/{digest(b'other')}").status)
where = call("POST", f"/v2/{repo}/blobs/uploads/")["Location"]
same("given up: 204", 204, call("DELETE", where).status)
same("is gone", 404, call("GET", where).status)
other = call("POST", "/v2/wire/other/blobs/uploads/")["Location"].replace("wire/other", repo)
same("an upload of another repository is not there", 404, call("PATCH", other, b"x").status)
same("nobody uploads without a name", 401, call("POST", f"/v2/{repo}/blobs/uploads/", auth=False).status)
same("nor all at once", 401, call("POST", f"/v2/{repo}/blobs/uploads/?digest={digest(blob)}", blob, auth=False).status)
same("an empty blob", 201, push_blob(repo, b"").status)
same("is empty", (200, b""), (lambda a: (a.status, a.body))(call("GET", f"/v2/{repo}/blobs/{digest(b'')}")))
same("SHA-512, too", 201, call("POST", f"/v2/{repo}/blobs/uploads/?digest={digest(blob, 'sha512')}", blob).status)
same("comes back", blob, call("GET", f"/v2/{repo}/blobs/{digest(blob, 'sha512')}").body)
same("SHA-512 of others is refused", 400, call("POST", f"/v2/{repo}/blobs/uploads/?digest={digest(blob, 'sha512')}", blob[1:]).status)

# A client that goes away in the middle goes on where it was.
where = call("POST", f"/v2/{repo}/blobs/uploads/")["Location"]
host, port = address.split(":")
half = socket.create_connection((host, int(port)))
half.sendall(f"PATCH {where} HTTP/1.1\r\nHost: {address}\r\nAuthorization: {AUTH['Authorization']}\r\nContent-Length: 300000\r\n\r\n".encode() + blob[:150000])
half.close()
have, end = 0, time.time() + 60
while time.time() < end:  # until all of it was read, and nothing more comes
    answer, before = call("GET", where), have
    have = int(answer["Range"].split("-")[1]) + 1
    if 1 < have == before:
        break
    time.sleep(0.5)
same("after a lost connection: 204", 204, answer.status)
check("most of it is there", 0 < have <= 150000, have)
answer = call("PATCH", where, blob[have:], {"Content-Range": f"{have}-299999"})
same("it goes on from there", "0-299999", answer["Range"])
same("and is what it should be", 201, call("PUT", where + f"?digest={digest(blob)}").status)

# Mounts
answer = call("POST", f"/v2/wire/mounted/blobs/uploads/?mount={digest(blob)}&from={repo}")
same("mounted: 201", 201, answer.status)
same("is there", 200, call("HEAD", f"/v2/wire/mounted/blobs/{digest(blob)}").status)
answer = call("POST", f"/v2/wire/mounted/blobs/uploads/?mount={digest(b'none')}&from={repo}")
check("what is not there is uploaded: 202", answer.status == 202 and answer["Location"], answer)
same("from nowhere: 202", 202, call("POST", f"/v2/wire/mounted/blobs/uploads/?mount={digest(b'none')}&from=../x").status)
same("from anywhere: 201", 201, call("POST", f"/v2/wire/mounted2/blobs/uploads/?mount={digest(blob)}").status)
same("a mount of no digest: 400", 400, call("POST", f"/v2/wire/mounted/blobs/uploads/?mount=x&from={repo}").status)

# Blobs
path = f"/v2/{repo}/blobs/{digest(blob)}"
answer = call("HEAD", path)
same("HEAD: 200", 200, answer.status)
same("length", str(len(blob)), answer["Content-Length"])
same("digest", digest(blob), answer["Docker-Content-Digest"])
for text, part, says in (("bytes=0-9", blob[:10], "bytes 0-9/300000"), ("bytes=299990-", blob[-10:], "bytes 299990-299999/300000"),
                         ("bytes=-10", blob[-10:], "bytes 299990-299999/300000"), ("bytes=5-5", blob[5:6], "bytes 5-5/300000"),
                         ("bytes=100000-999999", blob[100000:], "bytes 100000-299999/300000")):
    answer = call("GET", path, headers={"Range": text})
    same(f"{text}: 206", (206, part, says), (answer.status, answer.body, answer["Content-Range"]))
for text in ("bytes=300000-", "bytes=9-1", "bytes=-0"):
    answer = call("GET", path, headers={"Range": text})
    same(f"{text}: 416", (416, "bytes */300000"), (answer.status, answer["Content-Range"]))
for text in ("bytes=a-", "bytes=0-1,5-6", "lines=1-2"):
    same(f"{text} is all of it", (200, blob), (lambda a: (a.status, a.body))(call("GET", path, headers={"Range": text})))
answer = call("GET", path)
same("who has it gets nothing: 304", 304, call("GET", path, headers={"If-None-Match": answer["ETag"]}).status)
same("another ETag with Range: all", 200, call("GET", path, headers={"Range": "bytes=0-1", "If-Range": '"other"'}).status)
same("unknown: 404", (404, "BLOB_UNKNOWN"), (lambda a: (a.status, a.code()))(call("GET", f"/v2/{repo}/blobs/{digest(b'no')}")))
same("no digest: 400", (400, "DIGEST_INVALID"), (lambda a: (a.status, a.code()))(call("GET", f"/v2/{repo}/blobs/sha256:zz")))

# Manifests
image = manifest(config, blob)
answer = put(repo, "v1", image)
same("pushed: 201", 201, answer.status)
same("its digest", digest(image), answer["Docker-Content-Digest"])
check("its place", answer["Location"].endswith(digest(image)), answer)
for reference in ("v1", digest(image)):
    for again in (1, 2):
        answer = call("GET", f"/v2/{repo}/manifests/{reference}", headers={"Accept": [INDEX, OCI]})
        same(f"byte for byte, {reference[:6]}, {again}", (200, image, OCI, digest(image)), (answer.status, answer.body, answer["Content-Type"], answer["Docker-Content-Digest"]))
answer = call("HEAD", f"/v2/{repo}/manifests/v1")
same("HEAD", (200, str(len(image)), b""), (answer.status, answer["Content-Length"], answer.body))
same("304 for who has it", 304, call("GET", f"/v2/{repo}/manifests/v1", headers={"If-None-Match": f'"{digest(image)}"'}).status)
for accept, status in ((DOCKER, 404), (f"{DOCKER}, {OCI}", 200), ("*/*", 200), ("application/json", 200), (f"{OCI};q=0, {DOCKER}", 404)):
    same(f"Accept {accept[:40]}", status, call("GET", f"/v2/{repo}/manifests/v1", headers={"Accept": accept}).status)
docker = image.replace(OCI.encode(), DOCKER.encode()).replace(b"vnd.oci.image.config.v1+json", b"vnd.docker.container.image.v1+json").replace(b"vnd.oci.image.layer.v1.tar+gzip", b"vnd.docker.image.rootfs.diff.tar.gzip")
same("Docker's form", 201, put(repo, "docker", docker, DOCKER).status)
answer = call("GET", f"/v2/{repo}/manifests/docker", headers={"Accept": DOCKER})
same("comes back as such", (docker, DOCKER), (answer.body, answer["Content-Type"]))
same("moved: 201", 201, put(repo, "v1", docker, DOCKER).status)
same("at once", docker, call("GET", f"/v2/{repo}/manifests/v1").body)
same("the old one stays by digest", image, call("GET", f"/v2/{repo}/manifests/{digest(image)}").body)
for what, reference, data, kind, status, code in (
        ("another digest", digest(b"x"), image, OCI, 400, "DIGEST_INVALID"),
        ("no JSON", "bad", b"{", OCI, 400, "MANIFEST_INVALID"),
        ("no bytes", "bad", b"", OCI, 400, "MANIFEST_INVALID"),
        ("a list", "bad", b"[]", OCI, 400, "MANIFEST_INVALID"),
        ("another type than it says", "bad", image, INDEX, 400, "MANIFEST_INVALID"),
        ("layers that are not here", "bad", manifest(config, b"nowhere"), OCI, 400, "MANIFEST_BLOB_UNKNOWN"),
        ("deep JSON", "bad", b"[" * 100000, OCI, 400, "MANIFEST_INVALID"),
        ("a bad tag", "-bad", image, OCI, 400, "TAG_INVALID"),
        ("a long tag", "t" * 129, image, OCI, 400, "TAG_INVALID")):
    answer = put(repo, reference, data, kind)
    same(f"{what}: {status}", (status, code), (answer.status, answer.code()))
same("nothing of that is there", 404, call("GET", f"/v2/{repo}/manifests/bad").status)
answer = put(repo, "big", b" " * (5 << 20))
same("5 MiB: 413", 413, answer.status)
answer = call("PUT", f"/v2/{repo}/manifests/big", (b" " * 65536 for _ in range(80)), {"Content-Type": OCI})
same("5 MiB, not told before: 413", 413, answer.status)
largest = image[:-2] + b" " * ((4 << 20) - len(image)) + b"}\n"
same("4 MiB", (4 << 20, 201), (len(largest), put(repo, "large", largest).status))
same("come back", largest, call("GET", f"/v2/{repo}/manifests/large").body)
answer = put(repo, digest(image), image, query="?tag=one&tag=two&tag=v1.2.3")
same("several tags: 201", 201, answer.status)
same("which are told", {"one", "two", "v1.2.3"}, {t.strip() for line in answer.headers.get_all("OCI-Tag") or [] for t in line.split(",")})
same("and are there", image, call("GET", f"/v2/{repo}/manifests/two").body)
same("one of them bad: 400", 400, put(repo, digest(image), image, query="?tag=three&tag=-").status)
same("none of them is made", 404, call("GET", f"/v2/{repo}/manifests/three").status)
many = "&".join(f"tag=many-{n}-" + "x" * 100 for n in range(100))
answer = put(repo, digest(image), image, query="?" + many)
same("a hundred long tags", 100, len([t for line in answer.headers.get_all("OCI-Tag") or [] for t in line.split(",")]))

# Indexes, subjects, referrers
index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [{"mediaType": OCI, "digest": digest(image), "size": len(image), "platform": {"os": "linux", "architecture": "amd64"}}]}).encode()
same("an index", 201, put(repo, "multi", index, INDEX).status)
lost = index.replace(digest(image).encode(), digest(b"lost").encode())
same("an index of what is not here: 400", 400, put(repo, "lost", lost, INDEX).status)
subject = {"mediaType": OCI, "digest": digest(image), "size": len(image)}
sboms = [manifest(config, artifactType=f"application/x-{kind}", subject=subject, annotations={"n": str(n), 'quo"te\n': "é"}) for n, kind in enumerate(("sbom", "sbom", "vex"))]
for one in sboms:
    answer = put(repo, digest(one), one)
    same("a referrer", (201, digest(image)), (answer.status, answer["OCI-Subject"]))
answer = call("GET", f"/v2/{repo}/referrers/{digest(image)}")
same("referrers", (200, INDEX, {digest(one) for one in sboms}), (answer.status, answer["Content-Type"], {d["digest"] for d in answer.json()["manifests"]}))
same("with annotations", "é", answer.json()["manifests"][0]["annotations"]['quo"te\n'])
answer = call("GET", f"/v2/{repo}/referrers/{digest(image)}?artifactType=application/x-sbom")
same("of one type", ("artifactType", {digest(one) for one in sboms[:2]}), (answer["OCI-Filters-Applied"], {d["digest"] for d in answer.json()["manifests"]}))
found, path = [], f"/v2/{repo}/referrers/{digest(image)}?n=1"
while path and len(found) < 10:
    answer = call("GET", path)
    found += [d["digest"] for d in answer.json()["manifests"]]
    path = answer["Link"] and answer["Link"].split("<")[1].split(">")[0]
same("page by page", sorted(digest(one) for one in sboms), found)
same("of nothing: none", [], call("GET", f"/v2/{repo}/referrers/{digest(b'nothing')}").json()["manifests"])
same("of no repository: none", (200, []), (lambda a: (a.status, a.json()["manifests"]))(call("GET", f"/v2/wire/none/referrers/{digest(b'nothing')}")))
same("of no digest: 400", 400, call("GET", f"/v2/{repo}/referrers/latest").status)
fallback = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": []}).encode()
same("the tag schema is just a tag", 201, put(repo, digest(image).replace(":", "-"), fallback, INDEX).status)

# Lists
answer = call("GET", f"/v2/{repo}/tags/list")
tags = answer.json()["tags"]
same("tags", (repo, sorted(tags)), (answer.json()["name"], tags))
check("are those", {"v1", "docker", "one", "two", "multi"} <= set(tags), tags)
found, path = [], f"/v2/{repo}/tags/list?n=7"
while path:
    answer = call("GET", path)
    check("a page", 0 < len(answer.json()["tags"]) <= 7, answer)
    found += answer.json()["tags"]
    path = answer["Link"] and answer["Link"].split("<")[1].split(">")[0]
    check("links say next", not path or 'rel="next"' in answer["Link"], answer)
same("page by page", tags, found)
same("after one that is not there", [t for t in tags if t > "p"], call("GET", f"/v2/{repo}/tags/list?last=p").json()["tags"])
same("none asked for", [], call("GET", f"/v2/{repo}/tags/list?n=0").json()["tags"])
for bad in ("-1", "x", "99999999999999999999", ""):
    same(f"n={bad}: 400", (400, "PAGINATION_NUMBER_INVALID"), (lambda a: (a.status, a.code()))(call("GET", f"/v2/{repo}/tags/list?n={bad}")))
same("of no repository: 404", (404, "NAME_UNKNOWN"), (lambda a: (a.status, a.code()))(call("GET", "/v2/wire/none/tags/list")))
answer = call("GET", "/v2/_catalog")
names = answer.json()["repositories"]
check("catalogue", names == sorted(names) and repo in names, names)
found, path = [], "/v2/_catalog?n=2"
while path:
    answer = call("GET", path)
    found += answer.json()["repositories"]
    path = answer["Link"] and answer["Link"].split("<")[1].split(">")[0]
same("page by page", names, found)
same("nobody sees it without a name", 401, call("GET", "/v2/_catalog", auth=False).status)

# Deleting
answer = call("DELETE", f"/v2/{repo}/blobs/{digest(blob)}")
check("a blob that a manifest names stays", answer.status == 409, answer)
same("a tag: 202", 202, call("DELETE", f"/v2/{repo}/manifests/two").status)
same("is gone", 404, call("GET", f"/v2/{repo}/manifests/two").status)
same("the manifest is not", 200, call("GET", f"/v2/{repo}/manifests/one").status)
same("again: 404", 404, call("DELETE", f"/v2/{repo}/manifests/two").status)
check("a manifest that an index names stays", call("DELETE", f"/v2/{repo}/manifests/{digest(image)}").status == 409)
same("the index goes", 202, call("DELETE", f"/v2/{repo}/manifests/{digest(index)}").status)
same("then the manifest goes", 202, call("DELETE", f"/v2/{repo}/manifests/{digest(image)}").status)
same("with its tags", 404, call("GET", f"/v2/{repo}/manifests/one").status)
same("a blob goes where nobody names it: 202", 202, call("DELETE", f"/v2/wire/mounted/blobs/{digest(blob)}").status)
same("is gone", 404, call("HEAD", f"/v2/wire/mounted/blobs/{digest(blob)}").status)
same("only there", 200, call("HEAD", f"/v2/{repo}/blobs/{digest(blob)}").status)

# Names, methods
for path, statuses in (("/v2/../../etc/passwd/manifests/x", (400, 404)), ("/v2/a/%2e%2e/%2e%2e/b/manifests/x", (400,)),
                       ("/v2/a%00b/manifests/x", (400,)), ("/v2/UPPER/manifests/x", (400,)), ("/v2/" + "a" * 300 + "/tags/list", (400,)),
                       ("/v2/a/blobs/sha256:../../../../../etc/passwd", (400, 404)), ("/v2/a/blobs/uploads/../../../x", (400, 404)),
                       ("/v2/" + "a/" * 2000 + "tags/list", (400, 414))):
    answer = call("GET", path)
    check(f"{path[:50]} leads nowhere", answer.status in statuses, answer)
answer = call("POST", f"/v2/{repo}/manifests/x", b"{}")
same("a method that is none: 405", (405, "GET, HEAD, PUT, DELETE", "UNSUPPORTED"), (answer.status, answer["Allow"], answer.code()))

# Many at once: one tag, eight pushers; then one that deletes what others pull.
race, seen = "wire/race", []
push_blob(race, config)
variants = [manifest(config, annotations={"n": str(n)}) for n in range(8)]


def hammer(n):
    for _ in range(20):
        seen.append(put(race, "same", variants[n]).status)
        got = call("GET", f"/v2/{race}/manifests/same")
        seen.append(201 if got.status == 200 and got.body in variants and digest(got.body) == got["Docker-Content-Digest"] else got)


threads = [threading.Thread(target=hammer, args=(n,)) for n in range(8)]
[t.start() for t in threads]
[t.join() for t in threads]
same("eight push one tag: all are taken, and each pull is one of them", [], [s for s in seen if s != 201][:3])
got = call("GET", f"/v2/{race}/manifests/same")
check("and one of them it is in the end", got.body in variants, got)

big = os.urandom(8 << 20)
push_blob(race, big)
slow = http.client.HTTPConnection(address, timeout=60)
slow.request("GET", f"/v2/{race}/blobs/{digest(big)}", headers=AUTH)
response = slow.getresponse()
first = response.read(1 << 20)
same("deleted while somebody pulls: 202", 202, call("DELETE", f"/v2/{race}/blobs/{digest(big)}").status)
same("who pulls gets all of it", digest(big), digest(first + response.read()))

# Requests that nobody would send, put together under a seed: none ends in a 5xx, and the server stays.
dice = __import__("random").Random(int(os.environ.get("SEED", "1")))
repos = [repo, race, "wire/odd", "wire/odd/manifests", "a", "..", "", "A", "wire%2Fodd", "x" * 257]
uploads = [call("POST", "/v2/wire/odd/blobs/uploads/")["Location"].rsplit("/", 1)[1] for _ in range(5)]
digests = [digest(config), digest(blob), digest(image), digest(b""), digest(blob, "sha512"), "sha256:", "sha256:00", "md5:x", digest(config).upper(), digest(config).replace(":", "%3A")]
tails = [lambda: "tags/list", lambda: "manifests/" + dice.choice(["v1", "same", "", "%00", "t" * 200, *digests]),
         lambda: "blobs/" + dice.choice(digests), lambda: "referrers/" + dice.choice(digests),
         lambda: "blobs/uploads/" + dice.choice(["", "x", "..", *uploads]), lambda: "blobs/uploads", lambda: "", lambda: "uploads/"]
queries = ["", "?", "?n=1", "?n=1&n=2", "?n=%", "?last=%00", "?digest=" + digest(config), "?digest=" + digest(b""), "?digest=", "?digest=%",
           f"?mount={digest(config)}&from={repo}", f"?mount={digest(blob)}", "?mount=", "?tag=a&tag=b", "?tag=", "?tag", "?artifactType=x", "?" + "a=b&" * 100]
ranges = ["bytes=0-", "bytes=-1", "bytes=1-0", "0-99", "5-10", "bytes 0-1/2", "x", "18446744073709551615-18446744073709551616"]
bodies = [None, b"", b"x", config, image, docker, index, b"{" * 2000, os.urandom(3000), b'{"schemaVersion":2}', b'{"schemaVersion":2,"mediaType":"' + OCI.encode() + b'","config":{},"layers":{}}']
odd, asked = [], {}
for _ in range(3000):
    method = dice.choice(["GET", "HEAD", "PUT", "POST", "PATCH", "DELETE"] * 4 + ["OPTIONS", "BREW"])
    path = "/v2/" + dice.choice([dice.choice(repos[:3] + repos) + "/" + dice.choice(tails)()] * 8 + ["_catalog", ""]) + dice.choice(queries)
    headers = {}
    for name, values in (("Range", ranges), ("Content-Range", ranges), ("Accept", [OCI, DOCKER, "*/*", ",;=", "x" * 2000]),
                         ("Content-Type", [OCI, DOCKER, INDEX, LIST, "", "text/html; charset=x", "a" * 300]), ("If-None-Match", ["*", '"x"', "W/"])):
        if dice.random() < 0.25:
            headers[name] = dice.choice(values)
    body = dice.choice(bodies) if method in ("PUT", "POST", "PATCH", "DELETE", "BREW") else None
    try:
        answer = call(method, path, body, headers)
        asked[answer.status] = asked.get(answer.status, 0) + 1
        if answer.status >= 500:
            odd.append((method, path, headers, body and body[:40], answer))
    except Exception as problem:
        odd.append((method, path, headers, body and body[:40], problem))
check(f"3,000 odd requests: {dict(sorted(asked.items()))}", not odd, *odd[:4])
