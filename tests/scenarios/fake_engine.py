"""Docker engines that are not at hand: fake_engine.py SOCKET STYLE ARCHIVE [PORT].

Speaks as much of Docker's API as is needed to inspect and export the one image of a docker-archive. STYLE is how the
export looks: "old" (docker before 25: folders of random names, manifest.json last, a layer that stands twice is a
link), "new" (25 and later: blobs sorted by digest), "store" (containerd's store: compressed blobs), "shuffled" (as podman
names them, in another order each time), "cut" (as podman's, broken off). Each export is a line in SOCKET.log.
"""
import gzip, hashlib, http.server, io, json, os, socketserver, sys, tarfile, urllib.parse

path, style, archive = sys.argv[1:4]
exports = 0
source = tarfile.open(archive)
manifest = json.load(source.extractfile("manifest.json"))[0]
config_bytes = source.extractfile(manifest["Config"]).read()
config = json.loads(config_bytes)
layers = [source.extractfile(name).read() for name in manifest["Layers"]]
diff_ids = config["rootfs"]["diff_ids"]
assert diff_ids == ["sha256:" + hashlib.sha256(layer).hexdigest() for layer in layers]


def digest(data):
    return hashlib.sha256(data).hexdigest()


def export():
    members, names, configuration = [], [], manifest["Config"]
    if style == "old":
        numbers = [digest(b"%d" % i + layer) for i, layer in enumerate(layers)]
        for i, number in enumerate(numbers):
            first = layers.index(layers[i])
            names.append(number + "/layer.tar")
            members.append((number + "/VERSION", b"1.0"))
            members.append((number + "/json", b"{}"))
            members.append((names[i], layers[i] if first == i else "../%s/layer.tar" % numbers[first]))
        members.sort(key=lambda member: member[0])
        members.append((manifest["Config"], config_bytes))
    elif style in ("new", "store"):
        blobs = {}
        for layer in layers:
            data = gzip.compress(layer, mtime=0) if style == "store" else layer
            names.append("blobs/sha256/" + digest(data))
            blobs[names[-1]] = data
        configuration = "blobs/sha256/" + digest(config_bytes)
        blobs[configuration] = config_bytes
        members = sorted(blobs.items()) + [("index.json", b"{}")]
    else:
        names = [digest(layer) + ".tar" for layer in layers]
        members = list(dict(zip(names, layers)).items())
        turn = exports % max(len(members), 1) if style == "shuffled" else 0
        members = members[turn:] + members[:turn]
        members.append((manifest["Config"], config_bytes))
    listed = [{"Config": configuration, "RepoTags": manifest["RepoTags"], "Layers": names}]
    members.append(("manifest.json", json.dumps(listed).encode()))
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, data in members:
            info = tarfile.TarInfo(name)
            if isinstance(data, str):
                info.type, info.linkname = tarfile.SYMTYPE, data
                tar.addfile(info)
            else:
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def address_string(self):
        return "local"

    def answer(self, status, data, kind="application/json"):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        if style in ("shuffled", "cut"):
            self.send_header("Libpod-Api-Version", "4.3.1")
        self.end_headers()
        if style == "cut" and kind != "application/json":
            data = data[:len(data) // 2]
            self.close_connection = True
        self.wfile.write(data)

    def do_GET(self):
        global exports
        what = urllib.parse.urlsplit(urllib.parse.unquote(self.path))
        if what.path == "/images/get":
            with open(path + ".log", "a") as file:
                file.write(self.path + "\n")
            data = export()
            exports += 1
            return self.answer(200, data, "application/x-tar")
        if what.path == "/images/demo:1/json":
            return self.answer(200, json.dumps({
                "Id": "sha256:" + digest(config_bytes), "RepoTags": ["demo:1"], "Os": "linux", "Architecture": "amd64",
                "Created": "2024-01-01T00:00:00Z", "Config": config.get("config", {}),
                "RootFS": {"Type": "layers", "Layers": diff_ids}}).encode())
        if what.path == "/images/demo:1/history":
            steps = [{"CreatedBy": step.get("created_by", ""), "Size": 0 if step.get("empty_layer") else 1, "Comment": ""}
                     for step in reversed(config.get("history", []))]
            return self.answer(200, json.dumps(steps).encode())
        self.answer(404, b'{"message": "no such image"}')


class Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


Server(path, Handler).serve_forever()
