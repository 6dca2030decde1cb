#!/usr/bin/env python3
"""How long after the push of an image its findings are there.

    bench/push_lag.py --server URL [--rate MB/S] [--size MB] [--rounds N] [--from FOLDER]

Pushes an image of one layer (what is in FOLDER, cut at SIZE, and a package database) to a server that runs with
--no-auth, sending at RATE at most, then puts its manifest and asks for the findings until they are there. Prints, for
each round, the time from the end of the manifest PUT (and from its beginning) until they were. A repository that scans
on push is made for it.
"""
import argparse, gzip, hashlib, http.client, io, json, os, tarfile, time, urllib.parse

TARGET = "AmazonEC2ContainerRegistry_V20150921."


def layer(folder, size, salt):
    raw = io.BytesIO()
    compressed = gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=1, mtime=0)
    tar = tarfile.open(fileobj=compressed, mode="w|")

    def put(name, content):
        info = tarfile.TarInfo(name)
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))

    put("etc/os-release", b"ID=alpine\nVERSION_ID=3.16.9\n")
    put("salt", salt)
    done = False
    for path, _, names in os.walk(folder):
        for name in sorted(names):
            full = os.path.join(path, name)
            if not os.path.isfile(full) or os.path.islink(full):
                continue
            with open(full, "rb") as file:
                put(full.lstrip("/"), file.read())
            done = raw.tell() > size
            if done:
                break
        if done:
            break
    # Last, so that nothing can be known before the last byte was read.
    put("lib/apk/db/installed", b"".join(
        b"P:package%d\nV:1.0-r0\nA:x86_64\no:package%d\n\n" % (i, i) for i in range(148))
        + b"P:openssl\nV:1.1.1a-r0\nA:x86_64\no:openssl\n\nP:busybox\nV:1.27.0-r0\nA:x86_64\no:busybox\n\n")
    tar.close()
    compressed.close()
    return raw.getvalue()


class Registry:
    def __init__(self, url):
        self.at = urllib.parse.urlsplit(url).netloc
        self.connection = http.client.HTTPConnection(self.at)

    def ask(self, method, path, body=None, headers={}):
        self.connection.request(method, path, body, headers)
        answer = self.connection.getresponse()
        return answer.status, answer.headers, answer.read()

    def ecr(self, operation, arguments):
        status, _, body = self.ask("POST", "/", json.dumps(arguments), {
            "Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": TARGET + operation})
        return status, json.loads(body or b"{}")

    def upload(self, repository, content, rate):
        digest = "sha256:" + hashlib.sha256(content).hexdigest()
        status, headers, body = self.ask("POST", f"/v2/{repository}/blobs/uploads/")
        assert status == 202, body
        place = headers["Location"]
        place = urllib.parse.urlsplit(place)
        path = place.path + "?" + (place.query + "&" if place.query else "") + "digest=" + digest

        def pieces():
            begun, sent = time.perf_counter(), 0
            for at in range(0, len(content), 65536):
                piece = content[at:at + 65536]
                yield piece
                sent += len(piece)
                ahead = sent / (rate * 1e6) - (time.perf_counter() - begun) if rate else 0
                if ahead > 0:
                    time.sleep(ahead)

        begun = time.perf_counter()
        status, _, body = self.ask("PUT", path, pieces() if rate else content, {
            "Content-Length": str(len(content)), "Content-Type": "application/octet-stream"})
        assert status == 201, body
        return digest, len(content) / 1e6 / (time.perf_counter() - begun)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--server", required=True)
    options.add_argument("--rate", type=float, default=100, help="0: as fast as it goes")
    options.add_argument("--size", type=float, default=100)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--from", dest="folder", default="/usr/lib")
    given = options.parse_args()
    registry = Registry(given.server)
    name = "push-lag"
    registry.ecr("CreateRepository", {"repositoryName": name,
                                      "imageScanningConfiguration": {"scanOnPush": True}})
    for round in range(given.rounds):
        content = layer(given.folder, given.size * 1e6, os.urandom(16))
        config = json.dumps({"os": "linux", "architecture": "amd64", "salt": round}).encode()
        blob, reached = registry.upload(name, content, given.rate)
        configured, _ = registry.upload(name, config, 0)
        manifest = json.dumps({
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": configured, "size": len(config)},
            "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": blob,
                        "size": len(content)}]}).encode()
        begun = time.perf_counter()
        status, _, body = registry.ask("PUT", f"/v2/{name}/manifests/v{round}", manifest,
                                       {"Content-Type": "application/vnd.oci.image.manifest.v1+json"})
        assert status == 201, body
        put = time.perf_counter()
        while True:
            status, answer = registry.ecr("DescribeImageScanFindings", {
                "repositoryName": name, "imageId": {"imageTag": f"v{round}"}, "maxResults": 1})
            if status == 200 and answer["imageScanStatus"]["status"] not in ("IN_PROGRESS", "PENDING"):
                break
        there = time.perf_counter()
        counts = answer.get("imageScanFindings", {}).get("findingSeverityCounts", {})
        print(f"{len(content) / 1e6:.0f} MB at {reached:.0f} MB/s: findings {1000 * (there - put):.1f} ms after the "
              f"manifest's answer ({1000 * (there - begun):.1f} ms after its beginning), "
              f"{answer['imageScanStatus']['status']}, {sum(counts.values())} findings", flush=True)


main()
