#!/usr/bin/env python3
"""Stands in for somebody else who moves a tag at the worst moment: tag_mover.py PORT UPSTREAM-PORT FOLDER. Forwards to a
real registry; each request is a line of FOLDER/log ("PUT /v2/… 201"). FOLDER/move has "METHOD TAG VICTIM": in front of the
first request of that method for that tag, the manifest FOLDER/other.json is put under VICTIM, and the file is gone."""
import http.client
import http.server
import os
import sys
import threading

PORT, UPSTREAM, FOLDER = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
TYPE = "application/vnd.oci.image.manifest.v1+json"
lock = threading.Lock()


def ask(method, path, body, headers):
    upstream = http.client.HTTPConnection("127.0.0.1", UPSTREAM)
    upstream.request(method, path, body, headers)
    answer = upstream.getresponse()
    return answer, answer.read()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def forward(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else None
        headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
        self.somebody_else(headers.get("Authorization"))
        answer, data = ask(self.command, self.path, body, headers)
        with lock, open(os.path.join(FOLDER, "log"), "a") as file:
            file.write(f"{self.command} {self.path} {answer.status}\n")
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                self.send_header(name, value)
        sent = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(data))
        if sent is not None and answer.status != 204:
            self.send_header("Content-Length", sent)
        self.end_headers()
        self.wfile.write(data)

    def somebody_else(self, authorization):
        path = os.path.join(FOLDER, "move")
        with lock:
            try:
                with open(path) as file:
                    method, tag, victim = file.read().split()
            except FileNotFoundError:
                return
            if method != self.command or not self.path.endswith("/manifests/" + tag):
                return
            os.unlink(path)
        with open(os.path.join(FOLDER, "other.json"), "rb") as file:
            other = file.read()
        headers = {"Content-Type": TYPE}
        if authorization:
            headers["Authorization"] = authorization
        url = self.path[:-len(tag)] + victim
        status = ask("PUT", url, other, headers)[0].status
        with lock, open(os.path.join(FOLDER, "log"), "a") as file:
            file.write(f"SOMEBODY {url} {status}\n")

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = forward

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
