#!/usr/bin/env python3
"""A stand-in for Docker Hub's API, in the shape its documentation gives (docs.docker.com, "Docker Hub API", List
repository tags): the real one cannot be asked in tests. GET /v2/repositories/NAMESPACE/NAME/tags?page_size=N&page=N,
newest first; ETag and If-None-Match; X-RateLimit-* on every answer; 429 with Retry-After; 404 and 500 as Hub has them.

usage: fake_hub.py PORT FOLDER
FOLDER/NAMESPACE/NAME.json    [{"name", "last_updated", "digest", "full_size"}, …]
FOLDER/limit                  so many answers, then 429 ("3 2": after three, with Retry-After: 2, once)
FOLDER/fail                   so many answers with 500 first
FOLDER/hold                   no answer until it is gone; FOLDER/held comes when one is waited for
FOLDER/elsewhere              `next` points to this host
FOLDER/cycle                  `next` is the page itself
FOLDER/private                user, password, and names (NAMESPACE/NAME) that only they are shown; POST /v2/auth/token
                              ("Create access token") gives what they are shown with
FOLDER/log                    a line a request: status and path
"""
import hashlib, http.server, json, os, sys, threading, time, urllib.parse

port, folder = int(sys.argv[1]), sys.argv[2]
lock = threading.Lock()


def setting(name):
    try:
        with open(os.path.join(folder, name)) as file:
            return file.read().split()
    except OSError:
        return []


class Hub(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *words):
        pass

    def answer(self, status, value=None, headers=()):
        body = b"" if status == 304 else json.dumps(value).encode()
        with lock, open(os.path.join(folder, "log"), "a") as log:
            log.write(f"{status} {self.path}\n")
        self.send_response(status)
        self.send_header("X-RateLimit-Limit", "180")
        self.send_header("X-RateLimit-Remaining", "179")
        self.send_header("X-RateLimit-Reset", str(int(time.time()) + 60))
        for name, text in headers:
            self.send_header(name, text)
        if status != 304:
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def take(self, name):
        """One of the answers that FOLDER/name promises; its words, or None when there are none left."""
        with lock:
            words = setting(name)
            if not words or int(words[0]) <= 0:
                return None
            with open(os.path.join(folder, name), "w") as file:
                file.write(" ".join([str(int(words[0]) - 1)] + words[1:]))
            return words

    def do_POST(self):
        words, body = setting("private"), self.rfile.read(int(self.headers.get("Content-Length", 0)))
        try:
            sent = json.loads(body)
        except ValueError:
            sent = None
        if self.path != "/v2/auth/token" or self.headers.get("Content-Type") != "application/json" or not isinstance(sent, dict):
            return self.answer(400, {"message": "bad request"})
        if sent != {"identifier": words[0], "secret": words[1]}:
            return self.answer(401, {"detail": "Incorrect authentication credentials"})
        self.answer(200, {"access_token": "jwt-of-" + words[0]})

    def hidden(self, name):
        words = setting("private")
        return name in words[2:] and self.headers.get("Authorization") != "Bearer jwt-of-" + words[0]

    def do_GET(self):
        while os.path.exists(os.path.join(folder, "hold")):
            open(os.path.join(folder, "held"), "w").close()
            time.sleep(0.05)
        if self.take("fail"):
            return self.answer(500, {"message": "internal"})
        words = setting("limit")
        if words and not self.take("limit"):
            os.remove(os.path.join(folder, "limit"))
            return self.answer(429, {"detail": "Rate limit exceeded", "error": False}, [("Retry-After", words[1])])
        url = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(url.query))
        parts = url.path.strip("/").split("/")
        if len(parts) != 5 or parts[:2] != ["v2", "repositories"] or parts[4] != "tags":
            return self.answer(404, {"message": "not found"})
        if self.hidden(parts[2] + "/" + parts[3]):
            return self.answer(404, {"message": "object not found", "errinfo": {}})
        try:
            with open(os.path.join(folder, parts[2], parts[3] + ".json")) as file:
                tags = json.load(file)
        except OSError:
            return self.answer(404, {"message": "object not found", "errinfo": {}})
        self.page(url.path, tags, query)

    def page(self, path, tags, query):
        size, number = min(int(query.get("page_size", 10)), 100), int(query.get("page", 1))
        tags = sorted(tags, key=lambda tag: tag.get("last_updated") or "", reverse=True)
        shown = tags[(number - 1) * size : number * size]
        host = (setting("elsewhere") or [f"http://127.0.0.1:{port}"])[0]
        link = lambda page: f"{host}{path}?" + urllib.parse.urlencode({**query, "page": page})
        value = {
            "count": len(tags),
            "next": host + self.path if os.path.exists(os.path.join(folder, "cycle")) else
                    link(number + 1) if number * size < len(tags) else None,
            "previous": link(number - 1) if number > 1 else None,
            "results": [
                {"creator": 1, "id": n, "images": [], "last_updater": 1, "last_updater_username": "doijanky",
                 "repository": 1, "v2": True, "tag_status": "active", "media_type": None, "content_type": "image",
                 "last_updated": tag.get("last_updated"), "tag_last_pushed": tag.get("last_updated"),
                 "full_size": tag.get("full_size", 0), "digest": tag.get("digest"), "name": tag["name"]}
                for n, tag in enumerate(shown)
            ],
        }
        etag = '"' + hashlib.sha256(json.dumps(value).encode()).hexdigest()[:16] + '"'
        if self.headers.get("If-None-Match") == etag:
            return self.answer(304, None, [("ETag", etag)])
        self.answer(200, value, [("ETag", etag)])


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 128  # many ask at once; a lost SYN costs a second


Server(("127.0.0.1", port), Hub).serve_forever()
