"""A token server for docker-registry's "token" authentication: tokens.py PORT KEY CERTIFICATE LOG.

ann, password "secret:1", and the refresh token "refresh+me" get what they ask for; nobody gets pull of
repositories whose name has "public" in it. Tokens are JSON web tokens signed RS256 by the openssl program.
"""
import base64, http.server, json, subprocess, sys, time, urllib.parse

port, key, certificate, log = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
der = base64.b64encode(subprocess.run(["openssl", "x509", "-in", certificate, "-outform", "DER"],
                                      capture_output=True, check=True).stdout).decode()


def coded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def token(access):
    now = int(time.time())
    head = coded(json.dumps({"typ": "JWT", "alg": "RS256", "x5c": [der]}).encode())
    body = coded(json.dumps({"iss": "tokens", "sub": "", "aud": "test", "exp": now + 60, "nbf": now - 10,
                             "iat": now, "jti": str(time.time()), "access": access}).encode())
    signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key], input=head + b"." + body,
                               capture_output=True, check=True).stdout
    return (head + b"." + body + b"." + coded(signature)).decode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, status, value):
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def grant(self, scopes, known):
        access = []
        for scope in scopes:
            kind, name, actions = scope.split(":")
            if known:
                access.append({"type": kind, "name": name, "actions": actions.split(",")})
            elif "public" in name:
                access.append({"type": kind, "name": name, "actions": ["pull"]})
        self.answer(200, {"token": token(access), "expires_in": 60})

    def do_GET(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        with open(log, "a") as file:
            file.write("GET %s\n" % self.path)
        said = self.headers.get("Authorization", "")
        good = "Basic " + base64.b64encode(b"ann:secret:1").decode()
        if said and said != good:
            return self.answer(401, {"errors": [{"code": "UNAUTHORIZED"}]})
        self.grant(query.get("scope", []), said == good)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        form = urllib.parse.parse_qs(body)
        with open(log, "a") as file:
            file.write("POST %s\n" % body)
        if form.get("refresh_token") != ["refresh+me"]:
            return self.answer(401, {})
        self.grant(form.get("scope", []), True)


http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()
