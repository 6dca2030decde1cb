"""Pushes, kill -9, restart, judgement. registry_kill.py PLIMSOLL DATA ROUNDS SEED

A push is what clients do: a HEAD for each layer, layers in pieces or at once, configuration, manifest, a tag; now and
then an index over two images. Each answer that came is written down: a 201 is a promise. The server is killed after a
time that the seed draws, somewhere in the middle of three pushes at once. Repositories scan on push: an image that was
acknowledged has its findings, if need be after the restart."""
import base64, datetime, hashlib, hmac, http.client, io, json, os, random, signal, socket, subprocess, sys, tarfile, threading, time

from ports import free_port

program, data, rounds, seed = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
user, password = os.environ["PLIMSOLL_BOOTSTRAP_ACCESS_KEY"], os.environ["PLIMSOLL_BOOTSTRAP_SECRET_KEY"]
AUTH = {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}
OCI = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
dice = random.Random(seed)
sample = random.Random(seed + 1)  # of its own: what it is asked depends on time, and the points of death should not
promised_manifests, promised_tags, promised_blobs, offered, judged = {}, {}, set(), set(), set()
lock = threading.Lock()


REPOSITORIES = [f"kill/r{n}" for n in range(3)]


def ecr(port, operation, document):
    """Signature Version 4, as the aws CLI does it."""
    body, now = json.dumps(document).encode(), datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
    headers = {"content-type": "application/x-amz-json-1.1", "host": f"127.0.0.1:{port}", "x-amz-date": now,
               "x-amz-target": "AmazonEC2ContainerRegistry_V20150921." + operation}
    names, scope = ";".join(headers), f"{now[:8]}/us-east-1/ecr/aws4_request"
    canonical = "\n".join(["POST", "/", "", *(f"{n}:{v}" for n, v in headers.items()), "", names, hashlib.sha256(body).hexdigest()])
    text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    key = ("AWS4" + password).encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    headers["authorization"] = f"AWS4-HMAC-SHA256 Credential={user}/{scope}, SignedHeaders={names}, Signature={signature}"
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", "/", body, headers)
    answer = connection.getresponse()
    return answer.status, json.loads(answer.read())


def layer(dice, base):
    """A tar: of a small Alpine, or of random bytes."""
    bytes_ = io.BytesIO()
    with tarfile.open(fileobj=bytes_, mode="w") as archive:
        files = {"etc/os-release": b"ID=alpine\nVERSION_ID=3.16.9\n",
                 "lib/apk/db/installed": b"P:openssl\nV:1.1.1s-r0\nA:x86_64\no:openssl\n\n"} if base else {}
        files[f"random-{dice.random()}"] = dice.randbytes(dice.choice((0, 100, 50000, 1500000)))
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return bytes_.getvalue()


class Lost(Exception):
    """The server is gone, as was to be expected."""


def digest(bytes_):
    return "sha256:" + hashlib.sha256(bytes_).hexdigest()


def start():
    port = free_port()
    server = subprocess.Popen([program, "serve", "--data", data, "--listen", f"127.0.0.1:{port}"],
                              stdout=subprocess.DEVNULL, stderr=open(data + ".log", "ab"))
    for _ in range(1200):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return server, port
        except OSError:
            if server.poll() is not None:
                break
            time.sleep(0.05)
    print("FAIL registry_kill: the server does not start again")
    print("    " + open(data + ".log", errors="replace").read()[-2000:])
    sys.exit(1)


class Client:
    def __init__(self, port):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def call(self, method, path, body=None, headers=None):
        try:
            self.connection.request(method, path, body, {**AUTH, **(headers or {})})
            response = self.connection.getresponse()
            return response.status, response.headers, response.read()
        except (OSError, http.client.HTTPException) as problem:
            self.connection.close()
            raise Lost(str(problem)) from problem


def push_blob(client, repository, blob, dice):
    name = digest(blob)
    if client.call("HEAD", f"/v2/{repository}/blobs/{name}")[0] == 200:
        promise(promised_blobs, (repository, name))
        return
    if dice.random() < 0.3:
        status = client.call("POST", f"/v2/{repository}/blobs/uploads/?digest={name}", blob)[0]
    else:
        where = client.call("POST", f"/v2/{repository}/blobs/uploads/")[1]["Location"]
        at = 0
        while at < len(blob) and dice.random() < 0.7:
            piece = blob[at:at + dice.randrange(1, 400000)]
            client.call("PATCH", where, piece, {"Content-Range": f"{at}-{at + len(piece) - 1}"})
            at += len(piece)
        status = client.call("PUT", f"{where}?digest={name}", blob[at:])[0]
    if status != 201:
        raise AssertionError(f"a blob was answered with {status}")
    promise(promised_blobs, (repository, name))


def promise(where, what):
    with lock:
        where.add(what)


def put_manifest(client, repository, tag, document, kind):
    body = json.dumps(document).encode()
    with lock:
        offered.add((repository, tag, digest(body)))
    status, headers, answer = client.call("PUT", f"/v2/{repository}/manifests/{tag}", body, {"Content-Type": kind})
    if status != 201:
        raise AssertionError(f"a manifest was answered with {status}: {answer!r}")
    with lock:
        promised_manifests[(repository, digest(body))] = (body, kind)
        promised_tags.setdefault((repository, tag), []).append(digest(body))
    return {"mediaType": kind, "digest": digest(body), "size": len(body)}


def push_image(client, repository, tag, dice):
    layers = [layer(dice, n == 0) for n in range(dice.randrange(1, 5))]
    config = json.dumps({"architecture": "amd64", "os": "linux", "n": dice.random(), "config": {},
                         "rootfs": {"type": "layers", "diff_ids": [digest(one) for one in layers]}}).encode()
    for blob in (*layers, config):
        push_blob(client, repository, blob, dice)
    return put_manifest(client, repository, tag, {
        "schemaVersion": 2, "mediaType": OCI,
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest(config), "size": len(config)},
        "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": digest(one), "size": len(one)} for one in layers],
    }, OCI)


def pushes(port, seed, problems):
    dice, client = random.Random(seed), Client(port)
    try:
        for _ in range(1000):
            repository = dice.choice(REPOSITORIES)
            children = [push_image(client, repository, f"t{dice.randrange(4)}-{seed}", dice) for _ in range(dice.choice((1, 1, 2)))]
            if len(children) > 1:
                put_manifest(client, repository, f"index-{seed}", {"schemaVersion": 2, "mediaType": INDEX, "manifests": children}, INDEX)
    except Lost:
        pass
    except AssertionError as problem:
        problems.append(str(problem))


def look(client, repository, reference, problems):
    """One manifest, as a client pulls it: with all that it names."""
    status, headers, body = client.call("GET", f"/v2/{repository}/manifests/{reference}")
    if status != 200:
        problems.append(f"{repository} {reference}: {status}")
        return None
    name = digest(body)
    if headers["Docker-Content-Digest"] != name or (":" in reference and name != reference):
        problems.append(f"{repository} {reference}: is {name}")
    document = json.loads(body)
    for child in document.get("manifests", []):
        look(client, repository, child["digest"], problems)
    for blob in [document["config"], *document["layers"]] if "config" in document else []:
        status, _, got = client.call("GET", f"/v2/{repository}/blobs/{blob['digest']}")
        if status != 200 or digest(got) != blob["digest"] or len(got) != blob["size"]:
            problems.append(f"{repository} {reference}: blob {blob['digest']}: {status}, {len(got)} bytes of {blob['size']}")
    return name


def scanned(port, repository, name):
    """What became of the scan of an image, at most two minutes later. One that the kill came before is found in the
    journal, a moment after the start."""
    for _ in range(240):
        status, answer = ecr(port, "DescribeImageScanFindings", {"repositoryName": repository, "imageId": {"imageDigest": name}})
        word = answer.get("imageScanStatus", {}).get("status") if status == 200 else answer.get("__type")
        if word not in ("IN_PROGRESS", "PENDING", "ScanNotFoundException"):
            return word
        time.sleep(0.5)
    return "for ever " + word


def judge(port, share):
    """All that is new, and that share of the tags that were judged before."""
    client, problems = Client(port), []
    for repository, name in promised_manifests:
        if promised_manifests[repository, name][1] == OCI and (word := scanned(port, repository, name)) != "COMPLETE":
            problems.append(f"{repository} {name}: its scan is {word}")
    for repository, name in promised_manifests:
        look(client, repository, name, problems)
        if client.call("GET", f"/v2/{repository}/manifests/{name}")[2] != promised_manifests[repository, name][0]:
            problems.append(f"{repository} {name}: other bytes")
    for repository, name in promised_blobs:
        if client.call("HEAD", f"/v2/{repository}/blobs/{name}")[0] != 200:
            problems.append(f"{repository}: the blob {name} was promised")
    for repository in {r for r, _ in promised_tags}:
        status, _, body = client.call("GET", f"/v2/{repository}/tags/list")
        for tag in json.loads(body)["tags"]:
            if (repository, tag) in judged and sample.random() >= share:
                continue
            judged.add((repository, tag))
            found = look(client, repository, tag, problems)
            if (repository, tag, found) not in offered:
                problems.append(f"{repository}:{tag} is {found}, which nobody pushed there")
    for (repository, tag), names in promised_tags.items():
        if (repository, tag, names[-1]) in judged and sample.random() >= share:
            continue
        judged.add((repository, tag, names[-1]))
        found = client.call("HEAD", f"/v2/{repository}/manifests/{tag}")[1]["Docker-Content-Digest"]
        # One more may have been taken just before the end, its answer lost; never an older one.
        if found != names[-1] and (found in names or (repository, tag, found) not in offered):
            problems.append(f"{repository}:{tag} is {found}, and {names[-1]} was promised")
    return problems


def forget_some(dice):
    """Each round judges what is new, and a part of what was before; the last one all."""
    for store in (promised_manifests, promised_blobs):
        for what in list(store):
            if dice.random() < 0.5:
                store.pop(what) if isinstance(store, dict) else store.remove(what)


troubles, acknowledged, kept = [], 0, ({}, set())
server, port = start()
for repository in REPOSITORIES:
    for _ in range(600):  # it listens a moment before its first user is there
        made = ecr(port, "CreateRepository", {"repositoryName": repository, "imageScanningConfiguration": {"scanOnPush": True}})
        if made[1].get("__type") != "UnrecognizedClientException":
            break
        time.sleep(0.1)
    if made[0] != 200:
        print(f"FAIL registry_kill: CreateRepository: {made}")
        sys.exit(1)
for round_ in range(rounds):
    threads = [threading.Thread(target=pushes, args=(port, seed * 1000003 + round_ * 10 + n, troubles)) for n in range(3)]
    before = len(promised_manifests)
    for one in threads:
        one.start()
    time.sleep(dice.uniform(0.02, 0.9))
    server.send_signal(signal.SIGKILL)
    server.wait()
    for one in threads:
        one.join()
    acknowledged += len(promised_manifests) - before
    kept[0].update(promised_manifests)
    kept[1].update(promised_blobs)
    server, port = start()
    troubles += [f"after kill {round_ + 1}: {one}" for one in judge(port, 0.02)]
    if troubles:
        break
    forget_some(sample)
if not troubles:
    promised_manifests, promised_blobs = kept
    troubles = judge(port, 1)
server.terminate()
code = server.wait(60)
if troubles or acknowledged < rounds:
    print(f"FAIL registry_kill: seed {seed}: {acknowledged} manifests were acknowledged")
    print("\n".join("    " + one for one in troubles[:20]))
else:
    print(f"ok registry_kill: seed {seed}: {rounds} kills; {acknowledged} manifests and {len(kept[1])} blobs were acknowledged, are there, and are scanned")
print(("ok" if code == 0 else "FAIL") + f" registry_kill: it ends in order when asked: {code}")
if not troubles:
    checked = subprocess.run([program, "check", data], capture_output=True, text=True)
    good = checked.returncode == 0
    print(("ok" if good else "FAIL") + " registry_kill: plimsoll check finds nothing wrong")
    if not good:
        print("    " + (checked.stdout + checked.stderr)[-1500:])
