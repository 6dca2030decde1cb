#!/usr/bin/env python3
"""A registry behind a bad line: flaky_proxy.py PORT UPSTREAM-PORT FOLDER. Forwards HTTP/1.1; each request is a line of
FOLDER/log ("GET /v2/… 200"). FOLDER/mode says what goes wrong: "cut" one blob in the middle (the file is then gone),
"always" every blob, "down" all requests, "slow" a second before each blob."""
import http.client
import http.server
import os
import sys
import threading
import time

PORT, UPSTREAM, FOLDER = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
lock = threading.Lock()


def mode_of(blob):
    path = os.path.join(FOLDER, "mode")
    with lock:
        try:
            with open(path) as file:
                mode = file.read().strip()
        except FileNotFoundError:
            return ""
        if mode == "cut" and blob:
            os.unlink(path)
        return mode


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def forward(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length) if length else None
        blob = self.command == "GET" and "/blobs/" in self.path
        mode = mode_of(blob)
        if mode == "down":
            self.note("down")
            return self.hang_up()
        if mode == "slow" and blob:
            time.sleep(1)
        upstream = http.client.HTTPConnection("127.0.0.1", UPSTREAM)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
        upstream.request(self.command, self.path, body, headers)
        answer = upstream.getresponse()
        self.note(answer.status)
        self.answer(answer, blob and mode in ("cut", "always"))

    def answer(self, answer, cut):
        data = answer.read()
        self.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                self.send_header(name, value)
        length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(data))
        if length is not None:
            self.send_header("Content-Length", length)
        self.end_headers()
        self.wfile.write(data[:len(data) // 2] if cut else data)
        if cut:
            self.hang_up()

    def hang_up(self):
        self.close_connection = True
        self.wfile.flush()
        self.connection.shutdown(2)

    def note(self, what):
        with lock, open(os.path.join(FOLDER, "log"), "a") as file:
            file.write(f"{self.command} {self.path} {what}\n")

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = forward

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(("127.0.0.1", PORT), Handler).serve_forever()
