#!/usr/bin/env python3
"""Lets `plimsoll tag apply` move tags in random repositories, and compares what is there afterwards with the model.

usage: tag_apply_compare.py [--seed S] [--count N]
The registry is a small one in this program: tags, manifests, nothing else, so that every layer asked for is a difference.
PLIMSOLL names the program. Exit 1 when anything differs.
"""
import argparse
import hashlib
import http.server
import json
import os
import random
import subprocess
import sys
import threading

from tag_plan_compare import Refused, plan, release, repository, unprefixed

MEDIA = "application/vnd.oci.image.manifest.v1+json"
FOUND = 60  # fewer tags than digests are asked for: the model knows them all


def manifest(letter):
    return json.dumps({"schemaVersion": 2, "mediaType": MEDIA, "layers": [], "annotations": {"letter": letter},
                       "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": "sha256:" + "0" * 64, "size": 2}}).encode()


def digest_of(body):
    return "sha256:" + hashlib.sha256(body).hexdigest()


BODIES = {digest_of(manifest(letter)): manifest(letter) for letter in "abcdef"}
DIGESTS = sorted(BODIES)


class Registry(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    repositories, strange = {}, []

    def log_message(self, *_):
        pass

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_GET(self):
        parts = self.path.split("?")[0].strip("/").split("/")
        tags = self.repositories.get(parts[1]) if len(parts) > 1 else None
        if len(parts) == 1 and parts[0] == "v2":
            self.answer(200)
        elif tags is not None and parts[2:] == ["tags", "list"]:
            self.answer(200, json.dumps({"name": parts[1], "tags": sorted(tags)}).encode(), Content_Type="application/json")
        elif tags is not None and parts[2] == "manifests":
            found = tags.get(parts[3], parts[3] if parts[3] in BODIES else None)
            if found:
                self.answer(200, BODIES[found], Content_Type=MEDIA, Docker_Content_Digest=found)
            else:
                self.answer(404, b'{"errors":[{"code":"MANIFEST_UNKNOWN"}]}', Content_Type="application/json")
        else:
            self.strange.append(f"{self.command} {self.path}")
            self.answer(404)

    do_HEAD = do_GET

    def do_PUT(self):
        parts = self.path.strip("/").split("/")
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if parts[2] != "manifests" or digest_of(body) not in BODIES:
            self.strange.append(f"PUT {self.path}")
        self.repositories[parts[1]][parts[3]] = digest_of(body)
        self.answer(201, Docker_Content_Digest=digest_of(body), Location=self.path)

    def do_POST(self):
        self.strange.append(f"POST {self.path}")
        self.answer(405)


def case(rng):
    """Tags and digests as they may be in a registry; the image that is to be released is one of them."""
    tags = {}
    for word in repository(rng)[:FOUND]:
        name = word.partition("=")[0]
        if name and len(name) <= 128 and all(c.isascii() and (c.isalnum() or c in "._-") for c in name) and name[0] not in ".-":
            tags[name] = rng.choice(DIGESTS[: rng.choice([2, 4, 6])])
    tags["build-source"] = rng.choice(DIGESTS)
    return tags, release(list(tags), rng).partition("=")[0]


def found_before():
    """What once went wrong: 2.2.0 was released beside a v2.2.0 of another image; 1 was taken for 2.0.9, since that is the newer
    name of the same image."""
    one, two, three = DIGESTS[:3]
    yield {"v2.2.0": one, "2.3.1": two, "build-source": three}, "2.2.0"
    yield {"2.0.9": one, **{f"2.0.{n}": two for n in range(9)}, "1.5.0": one, "1": one, "build-source": three}, "1.6.0"


def other_image(tags, wanted, source):
    """A version that is another image already ends the run before anything moves."""
    return any(unprefixed(name) == unprefixed(wanted) and found != source for name, found in tags.items())


def expected(tags, wanted):
    source = tags["build-source"]
    try:
        moves = plan([f"{name}={found}" for name, found in tags.items()], f"{wanted}={source}")
    except Refused:
        return 2, tags
    after = dict(tags)
    after.update({name: source for name, move, _, _ in moves if move})
    return (3, tags) if other_image(tags, wanted, source) else (0, after)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--count", type=int, default=100)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Registry)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    host, different, ends = f"127.0.0.1:{server.server_port}", 0, {0: 0, 2: 0, 3: 0}
    for number, (tags, wanted) in enumerate([*found_before(), *(case(rng) for _ in range(options.count))]):
        Registry.repositories[f"r{number}"] = dict(tags)
        done = subprocess.run([os.environ["PLIMSOLL"], "tag", "apply", f"{host}/r{number}:build-source", "--release=" + wanted],
                              capture_output=True, text=True, timeout=120)
        code, after = expected(tags, wanted)
        ends[code] += 1
        got = Registry.repositories[f"r{number}"]
        if done.returncode != code or got != after:
            different += 1
            short = {found: "abcdef"[i] for i, found in enumerate(DIGESTS)}
            show = lambda all_tags: " ".join(f"{name}={short[found]}" for name, found in sorted(all_tags.items()))
            print(f"release {wanted!r}\n  before  {show(tags)}\n  model   {code} {show(dict(after.items() - tags.items()))}\n"
                  f"  program {done.returncode} {show(dict(got.items() - tags.items()))}\n{done.stdout}{done.stderr}")
    for line in Registry.strange[:10]:
        print("asked for", line)
    print(f"{len(Registry.repositories)} repositories ({ends}), seed {options.seed}: {different} differ")
    sys.exit(1 if different or Registry.strange else 0)


if __name__ == "__main__":
    main()
