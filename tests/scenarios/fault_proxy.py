#!/usr/bin/env python3
"""A registry in front of which things go wrong: fault_proxy.py PORT UPSTREAM-PORT FOLDER. Forwards HTTP/1.1, also uploads;
each request is a line of FOLDER/log ("PUT /v2/… 201"). FOLDER/fault is a line "METHOD PATTERN WHAT [TIMES]": requests of that
method (* for all) whose path the regular expression finds get WHAT, TIMES often (always, without it): a status such as 401,
"garbage" (no HTTP), "html" (200 and a page), "close" (no answer), "cut" (no answer behind half of the body),
"hang" (no answer for a minute), "late" (the true answer, five seconds later)."""
import http.client
import http.server
import os
import re
import sys
import threading
import time

PORT, UPSTREAM, FOLDER = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
lock = threading.Lock()
done = {}
HOP = ("host", "connection", "transfer-encoding", "content-length", "expect")


def fault_of(method, path):
    with lock:
        try:
            with open(os.path.join(FOLDER, "fault")) as file:
                line = file.read().split()
        except FileNotFoundError:
            return ""
        if len(line) < 3 or line[0] not in ("*", method) or not re.search(line[1], path):
            return ""
        key = tuple(line)
        done[key] = done.get(key, 0) + 1
        return "" if len(line) > 3 and done[key] > int(line[3]) else line[2]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def note(self, status):
        with lock, open(os.path.join(FOLDER, "log"), "a") as file:
            file.write(f"{self.command} {self.path} {status}\n")

    def body(self):
        if "chunked" not in (self.headers.get("Transfer-Encoding") or ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        data = b""
        while True:
            size = int(self.rfile.readline().split(b";")[0], 16)
            data += self.rfile.read(size)
            self.rfile.readline()
            if not size:
                return data

    def end(self, status, data=b"", headers=()):
        self.note(status)
        self.send_response(int(status))
        for name, value in headers:
            if name.lower() not in HOP and name.lower() not in ("date", "server"):
                self.send_header(name, value.replace(f":{UPSTREAM}/", f":{PORT}/"))
        if self.command == "HEAD":
            length = [value for name, value in headers if name.lower() == "content-length"]
            self.send_header("Content-Length", length[0] if length else "0")
        else:
            self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def forward(self):
        fault = fault_of(self.command, self.path)
        if fault == "cut":
            self.rfile.read(int(self.headers.get("Content-Length") or 0) // 2)
        if fault in ("close", "cut"):
            self.note(fault)
            self.close_connection = True
            return
        data = self.body()
        if fault == "hang":
            self.note(fault)
            time.sleep(60)
            self.close_connection = True
            return
        if fault == "garbage":
            self.note(fault)
            self.wfile.write(b"\x00\x01\x02 no HTTP at all\r\n\r\n" * 20)
            self.close_connection = True
            return
        if fault == "html":
            return self.end(200, b"<html>Welcome to the hotel's WiFi</html>", [("Content-Type", "text/html")])
        if fault.isdigit():
            code = {"401": "UNAUTHORIZED", "403": "DENIED", "429": "TOOMANYREQUESTS"}.get(fault, "UNKNOWN")
            more = [("Retry-After", "600")] if fault == "429" else []
            if fault == "401":
                more = [("WWW-Authenticate", 'Basic realm="a registry"')]
            return self.end(fault, b'{"errors":[{"code":"%s","message":"so it is"}]}' % code.encode(), more)
        if fault == "late":
            time.sleep(5)
        upstream = http.client.HTTPConnection("127.0.0.1", UPSTREAM, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP[1:]}
        try:
            upstream.request(self.command, self.path, data or None, headers)
            answer = upstream.getresponse()
            content = answer.read()
        except OSError:
            self.note("away")
            self.close_connection = True
            return
        self.end(answer.status, content, answer.getheaders())

    do_GET = do_HEAD = do_PUT = do_POST = do_PATCH = do_DELETE = forward

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True


Server(("127.0.0.1", PORT), Handler).serve_forever()
