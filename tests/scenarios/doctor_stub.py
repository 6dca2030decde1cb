"""Servers that misbehave in ways no real one here can be made to. usage: doctor_stub.py KIND PORT [CERT KEY]

proxy403, proxy407   an HTTP proxy that refuses CONNECT
ill                  503 to all that is asked
silent               takes connections and says nothing
registry             /v2/ with one image, by path prefix of the repository: denied/ 403, limited/ 429 with Docker Hub's
                     headers, nearly/ few pulls left, stalled/ blobs redirect to a server that is silent, gone/ to a closed
                     port, cut/ blobs are cut short, fine/ all well; with CERT and KEY over TLS
skew:SECONDS         the same, its clock off by so many seconds
iam                  IAM's GetRole for a role of another account (our own has one account in this test)
"""
import hashlib
import json
import os
import socket
import ssl
import sys
import threading
import time
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, quote

KIND, PORT = sys.argv[1], int(sys.argv[2])
SKEW = int(KIND.partition(":")[2] or 0)

layer = os.urandom(200000)
digest = lambda data: "sha256:" + hashlib.sha256(data).hexdigest()
config = json.dumps({"architecture": "amd64", "os": "linux", "config": {},
                     "rootfs": {"type": "layers", "diff_ids": [digest(layer)]}}).encode()
manifest = json.dumps({
    "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
    "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest(config), "size": len(config)},
    "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": digest(layer), "size": len(layer)}],
}).encode()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def date_time_string(self, timestamp=None):
        return formatdate((timestamp or time.time()) + SKEW, usegmt=True)

    def answer(self, status, body=b"", **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def do_CONNECT(self):
        headers = {"Proxy_Authenticate": 'Basic realm="here"'} if KIND == "proxy407" else {}
        self.answer(407 if KIND == "proxy407" else 403, **headers)

    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
        action = form.get("Action", [""])[0]
        trust = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {
            "Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
        rights = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ecr:*", "Resource": "*"}]}
        inside = {
            "GetRole": "<Role><RoleName>other</RoleName><Arn>arn:aws:iam::999999999999:role/other</Arn>"
                       f"<AssumeRolePolicyDocument>{quote(json.dumps(trust))}</AssumeRolePolicyDocument></Role>",
            "ListRolePolicies": "<PolicyNames><member>pull</member></PolicyNames>",
            "GetRolePolicy": f"<PolicyDocument>{quote(json.dumps(rights))}</PolicyDocument>",
        }.get(action, "")
        self.answer(200, f"<{action}Response><{action}Result>{inside}</{action}Result></{action}Response>".encode(),
                    Content_Type="text/xml")

    def do_GET(self):
        if KIND == "ill":
            return self.send_error(503)
        path = self.path.split("?")[0]
        if path == "/v2/":
            return self.answer(200, b"{}", Docker_Distribution_Api_Version="registry/2.0")
        _, _, where, _, kind, name = (path.split("/") + [""] * 6)[:6]
        if "/manifests/" in path:
            if where == "denied":
                return self.answer(403, b'{"errors":[{"code":"DENIED","message":"requested access is denied"}]}')
            if where == "limited":
                return self.answer(429, b'{"errors":[{"code":"TOOMANYREQUESTS","message":"rate limit"}]}',
                                   RateLimit_Limit="100;w=21600", RateLimit_Remaining="0;w=21600", Retry_After="600")
            more = {"RateLimit_Limit": "100;w=21600", "RateLimit_Remaining": "3;w=21600"} if where == "nearly" else {}
            return self.answer(200, manifest, Content_Type="application/vnd.oci.image.manifest.v1+json", **more)
        if path.endswith(digest(config)):
            return self.answer(200, config)
        if where in ("stalled", "gone"):
            return self.answer(307, Location=f"http://127.0.0.1:{os.environ[where.upper() + '_PORT']}/blob?X-Amz-Signature=sig-secret-1234")
        if where == "cut":
            self.send_response(200)
            self.send_header("Content-Length", str(len(layer)))
            self.end_headers()
            self.close_connection = True
            return None
        return self.answer(200, layer)

    do_HEAD = do_GET


def silent():
    server = socket.create_server(("127.0.0.1", PORT))
    kept = []
    while True:
        kept.append(server.accept())


if KIND == "silent":
    silent()
server = ThreadingHTTPServer(("0.0.0.0" if KIND == "registry" and len(sys.argv) == 3 else "127.0.0.1", PORT), Handler)
if len(sys.argv) > 3:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3], sys.argv[4])
    server.socket = context.wrap_socket(server.socket, server_side=True)
threading.Thread(target=server.serve_forever, daemon=False).start()
