"""A registry that misbehaves: fake_registry.py LAYOUT LOG PORT OTHER_PORT.

Serves the first image of an OCI layout as /v2/FAULT/manifests/1; the repository's name says what goes wrong.
The same server listens on OTHER_PORT, where redirects lead. Each request is logged: port, path, Authorization, Range.
"""
import hashlib, http.server, json, os, sys, threading

layout, log, port, other = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
index = json.load(open(os.path.join(layout, "index.json")))
first = index["manifests"][0]
seen = {}


def blob(digest):
    with open(os.path.join(layout, "blobs", "sha256", digest.split(":")[1]), "rb") as file:
        return file.read()


layers = [layer["digest"] for layer in json.loads(blob(first["digest"]))["layers"]]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, data=b"", headers=(), cut=None):
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data if cut is None else data[:cut])
        if cut is not None:
            self.wfile.flush()
            self.close_connection = True

    def count(self, what):
        seen[what] = seen.get(what, 0) + 1
        return seen[what]

    def do_GET(self):
        mine = self.server.server_address[1]
        with open(log, "a") as file:
            file.write("%d %s auth=%s range=%s\n" % (mine, self.path, self.headers.get("Authorization", "-"),
                                                     self.headers.get("Range", "-")))
        parts = self.path.split("?")[0].split("/")
        if self.path == "/v2/":
            return self.answer(200)
        if len(parts) < 5:
            return self.answer(404)
        fault, kind, name = parts[2], parts[3], parts[4]
        if fault in ("redirect", "needs") and mine == port and not self.headers.get("Authorization"):
            return self.answer(401, headers=[("WWW-Authenticate", 'Basic realm="x"')])
        if kind == "manifests":
            return self.manifest(fault, name)
        return self.blob(fault, name, mine)

    def manifest(self, fault, name):
        data, media_type, status = blob(first["digest"]), first["mediaType"], 200
        digest = first["digest"]
        if fault == "busy" and self.count("busy") < 3:
            return self.answer(503)
        if fault == "limited" and self.count("limited") < 2:
            return self.answer(429, headers=[("Retry-After", "1")])
        if fault == "limited-long":
            return self.answer(429, b'{"errors": [{"code": "TOOMANYREQUESTS"}]}', [("Retry-After", "3600")])
        if fault == "wrong-manifest":
            data += b"\n"
        if fault == "huge":
            data += b" " * (5 << 20)
        if fault == "loop":
            return self.answer(302, headers=[("Location", self.path)])
        if fault == "not-json":
            data = b"<html>please log in</html>"
            digest = "sha256:" + hashlib.sha256(data).hexdigest()
        self.answer(status, data, [("Content-Type", media_type), ("Docker-Content-Digest", digest)])

    def blob(self, fault, name, mine):
        data = blob(name)
        if name not in layers:
            if fault == "wrong-config":
                data += b" "
            return self.answer(200, data)
        if fault == "redirect" and mine == port:
            return self.answer(307, headers=[("Location", "http://127.0.0.1:%d%s?signature=abc" % (other, self.path))])
        if fault == "wrong-layer":
            data = data[:-1] + bytes([data[-1] ^ 1])
        if fault == "cut-range":  # each answer breaks off after a third; ranges are understood
            start = int((self.headers.get("Range") or "bytes=0-").split("=")[1].split("-")[0])
            rest, cut = data[start:], max(len(data) // 3, 1)
            headers = [("Content-Range", "bytes %d-%d/%d" % (start, len(data) - 1, len(data)))]
            return self.answer(206 if start else 200, rest, headers if start else [],
                               cut if cut < len(rest) else None)
        if fault == "cut-once":  # no ranges: all again
            return self.answer(200, data, cut=len(data) // 2 if self.count(name) == 1 else None)
        if fault == "cut-always":
            return self.answer(200, data, cut=len(data) // 2)
        self.answer(200, data)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


threading.Thread(target=Server(("127.0.0.1", other), Handler).serve_forever, daemon=True).start()
Server(("127.0.0.1", port), Handler).serve_forever()
