#!/usr/bin/env python3
"""A forge for tests: one repository, acme/web, with its pull requests and issues in memory, and git itself over HTTP
(git http-backend). Every request is checked against forge_api.py; what is against it is kept, and answered with 422.

usage: forge_server.py KIND PORT REPOSITORY.git TOKEN [PEM]     with PEM (certificate and key): over TLS, as localhost
  /api/…                    the forge (--forge-url http://127.0.0.1:PORT/api)
  /acme/web.git             git
  GET /_control/state       pull requests, issues, comments, requests, and what was wrong in them
  POST /_control/pull       a pull request of somebody else: {"branch", "title", "fork"}
  POST /_control/fault      the next answers: {"match": "POST .*/pulls", "status", "headers", "body", "times"}
  POST /_control/clear      forgets requests
This is a stand-in: it says nothing of what the forges themselves do beyond their descriptions.
"""
import base64, json, os, re, ssl, subprocess, sys, threading, time, urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import forge_api

KIND, PORT, REPOSITORY, TOKEN = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
PEM = sys.argv[5] if len(sys.argv) > 5 else None
BASE = f"https://localhost:{PORT}" if PEM else f"http://127.0.0.1:{PORT}"
lock = threading.Lock()
pulls, issues, comments, requests, wrongs, faults = [], [], [], [], [], []
GIT_USERS = {"github": "x-access-token", "gitlab": "oauth2", "gitea": "plimsoll", "forgejo": "plimsoll",
             "bitbucket": "x-token-auth"}


class Refused(Exception):
    def __init__(self, status, message):
        self.status, self.message = status, message


def has_branch(name):
    return subprocess.run(["git", "--git-dir", REPOSITORY, "rev-parse", "-q", "--verify", "refs/heads/" + name],
                          capture_output=True).returncode == 0


# ---- what an item looks like ----

def show(item):
    pull, number, fork = "branch" in item, item["number"], item.get("fork")
    page = f"{BASE}/acme/web/{'pulls' if pull else 'issues'}/{number}"
    if KIND == "gitlab":
        made = {"id": 1000 + number, "iid": number, "project_id": 7, "title": item["title"], "description": item["body"],
                "state": "opened" if item["open"] else "closed", "web_url": page, "author": {"username": item["author"]}}
        if pull:
            made.update(source_branch=item["branch"], target_branch=item["base"], source_project_id=8 if fork else 7,
                        target_project_id=7)
        return made
    if KIND == "bitbucket":
        who = {"nickname": item["author"], "type": "user"}
        made = {"id": number, "title": item["title"], "links": {"html": {"href": page}}}
        if not pull:
            return {**made, "content": {"raw": item["body"]}, "reporter": who, "state": "new" if item["open"] else "resolved"}
        end = lambda branch, name: {"branch": {"name": branch}, "repository": {"full_name": name}}
        return {**made, "summary": {"raw": item["body"]}, "description": item["body"], "author": who,
                "state": "OPEN" if item["open"] else "DECLINED", "destination": end(item["base"], "acme/web"),
                "source": end(item["branch"], "mallory/web" if fork else "acme/web")}
    made = {"id": 1000 + number, "number": number, "title": item["title"], "body": item["body"], "html_url": page,
            "user": {"login": item["author"]}, "state": "open" if item["open"] else "closed"}
    if pull:
        end = lambda branch, name: {"ref": branch, "sha": "0" * 40, "repo": {"full_name": name}}
        made.update(head=end(item["branch"], "mallory/web" if fork else "acme/web"), base=end(item["base"], "acme/web"))
    return made


# ---- operations ----

def find(items, number):
    for item in items:
        if item["number"] == int(number):
            return item
    raise Refused(404, "Not Found")


def words(body):
    """Title and text of a body, whatever its forge calls them."""
    text = body.get("body", body.get("description"))
    for name in ("content", "summary"):
        text = body[name]["raw"] if name in body else text
    return {name: value for name, value in (("title", body.get("title")), ("body", text)) if value is not None}


def add(items, body, **more):
    item = {"number": len(pulls) + len(issues) + 1, "title": "", "body": "", "open": True, "author": "bot", **more,
            **words(body)}
    items.append(item)
    return item


def create_pull(body, path, query):
    if KIND == "bitbucket":
        branch, base = body["source"]["branch"]["name"], body.get("destination", {"branch": {"name": "main"}})["branch"]["name"]
    else:
        branch, base = body.get("head", body.get("source_branch")), body.get("base", body.get("target_branch"))
    if not has_branch(branch) or not has_branch(base):
        raise Refused(422, f"no branch {branch} or {base}")
    if any(p["open"] and p["branch"] == branch and not p.get("fork") for p in pulls):
        raise Refused({"github": 422}.get(KIND, 409), f"A pull request already exists for acme:{branch}.")
    return show(add(pulls, body, branch=branch, base=base))


def update(items, body, path):
    item = find(items, path["number"])
    item.update(words(body))
    state = body.get("state", body.get("state_event"))
    if state in ("closed", "close", "resolved"):
        item["open"] = False
    return show(item)


def listed(items, query):
    size = next((int(value) for name, value in query if name in forge_api.LIMITS), 20)
    if KIND in ("gitea", "forgejo"):
        size = min(size, 30)  # as MAX_RESPONSE_ITEMS of their configuration: fewer than are asked for
    page = int(dict(query).get("page", 1))
    found = [show(item) for item in items if item["open"]]
    if KIND == "github" and items is issues:  # pull requests are issues there
        found += [{**show(p), "pull_request": {"url": "x"}} for p in pulls if p["open"]]
    part = found[(page - 1) * size:page * size]
    more = len(found) > page * size
    if KIND == "bitbucket":
        whole = {"pagelen": size, "page": page, "size": len(found), "values": part}
        return ({**whole, "next": f"{BASE}/api/elsewhere?page={page + 1}"} if more else whole), {}
    return part, {"Link": f'<{BASE}/api/elsewhere?page={page + 1}>; rel="next"'} if more else {}


def comment(body, path, query):
    comments.append({"number": int(path["number"]), "body": body.get("body") or body["content"]["raw"]})
    return {"id": len(comments)}


def decline(body, path, query):
    item = find(pulls, path["number"])
    item["open"] = False
    return show(item)


HANDLERS = {
    "list_pulls": lambda body, path, query: listed(pulls, query), "create_pull": create_pull,
    "update_pull": lambda body, path, query: update(pulls, body, path),
    "list_issues": lambda body, path, query: listed(issues, query),
    "create_issue": lambda body, path, query: show(add(issues, body)),
    "update_issue": lambda body, path, query: update(issues, body, path), "comment": comment, "decline": decline,
}


def match(method, path):
    allowed = []
    for operation in forge_api.OPERATIONS[KIND]:
        pattern = re.sub(r"\{number\}", r"(?P<number>[1-9][0-9]*)", operation[1])
        found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern), path)
        if found and operation[0] == method:
            return operation, found.groupdict()
        if found:
            allowed.append(operation[0])
    return None, allowed


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def answer(self, status, document=None, headers=None):
        body = b"" if document is None else document if isinstance(document, bytes) else json.dumps(document).encode()
        self.send_response(status)
        for name, value in (headers or {"Content-Type": "application/json"}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def read_body(self):
        if self.headers.get("Transfer-Encoding", "") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def handle_any(self):
        url, body = urllib.parse.urlsplit(self.path), self.read_body()
        if url.path.startswith("/_control/"):
            with lock:
                return self.control(url.path[10:], body)
        if url.path.startswith("/acme/web.git/"):
            return self.git(url, body)
        if url.path.startswith("/api/"):
            with lock:
                return self.forge(url, body)
        self.answer(404, {"message": "Not Found"})

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = handle_any

    # ---- the test's own words ----

    def control(self, what, body):
        if what == "state":
            return self.answer(200, {"pulls": pulls, "issues": issues, "comments": comments, "requests": requests,
                                     "wrong": wrongs})
        document = json.loads(body or b"{}")
        if what == "pull":
            for _ in range(document.pop("times", 1)):
                add(pulls, document, branch=document["branch"], base=document.get("base", "main"),
                    fork=document.get("fork", False), author="other")
        elif what == "fault":
            faults.append(document)
        elif what == "clear":
            requests.clear()
        elif what == "fill":
            for number in range(document["times"]):
                add(pulls, {"title": f"Something {number}"}, branch=f"feature/{number}", base="main", author="other")
        self.answer(200, {})

    # ---- the forge ----

    def fault(self, method, path):
        for fault in faults:
            if re.fullmatch(fault["match"], f"{method} {path}"):
                fault["times"] = fault.get("times", 1) - 1
                if fault["times"] <= 0:
                    faults.remove(fault)
                headers = {"Content-Type": "application/json", **fault.get("headers", {})}
                for name, value in headers.items():
                    if str(value).startswith("+"):  # seconds from now
                        headers[name] = str(int(time.time()) + int(value[1:]))
                return fault["status"], fault.get("body", {"message": "a fault of the test"}), headers
        return None

    def check_headers(self, body, wrong):
        scheme = {"gitea": "token", "forgejo": "token"}.get(KIND, "Bearer")
        given = self.headers.get("Authorization", "")
        if given != f"{scheme} {TOKEN}":
            raise Refused(401, "Bad credentials")
        if not self.headers.get("User-Agent", "").startswith("plimsoll/"):
            wrong.append("no User-Agent")  # GitHub refuses a request without one
        if KIND == "github" and (self.headers.get("Accept") != "application/vnd.github+json"
                                 or self.headers.get("X-GitHub-Api-Version") != "2022-11-28"):
            wrong.append("Accept or X-GitHub-Api-Version")
        if body and self.headers.get("Content-Type", "").split(";")[0] != "application/json":
            wrong.append(f"Content-Type {self.headers.get('Content-Type')}")

    def judge(self, operation, url, body, wrong):
        query = urllib.parse.parse_qsl(url.query, keep_blank_values=True)
        forge_api.check_query(query, operation[3], wrong)
        document = None
        if operation[4] is None:
            if body:
                wrong.append("a body where none is taken")
        else:
            try:
                document = json.loads(body)
                forge_api.check(document, operation[4], "body", wrong)
                if KIND == "gitlab" and operation[0] == "PUT" and not document:
                    wrong.append("body has none of its fields")
            except ValueError:
                wrong.append("the body is no JSON")
        return query, document

    def forge(self, url, body):
        path, wrong = url.path[4:], []
        requests.append(f"{self.command} {path}" + (f"?{url.query}" if url.query else ""))
        try:
            self.check_headers(body, wrong)
            if fault := self.fault(self.command, path):
                return self.answer(*fault)
            operation, found = match(self.command, path)
            if not operation:
                wrong.append(f"no such operation (there: {', '.join(found)})")
                raise Refused(405 if found else 404, "Not Found")
            if urllib.parse.unquote(found.get("id") or f"{found.get('owner')}/{found.get('repo')}") != "acme/web":
                raise Refused(404, "Not Found")
            query, document = self.judge(operation, url, body, wrong)
            if wrong:
                raise Refused(422, "; ".join(wrong))
            made, headers = HANDLERS[operation[2]](document, found, query), {}
            if isinstance(made, tuple):
                made, headers = made
            self.answer(operation[5], made, {"Content-Type": "application/json", **headers})
        except Refused as refused:
            error = {"error": {"message": refused.message}} if KIND == "bitbucket" else {"message": refused.message}
            self.answer(refused.status, error)
        finally:
            wrongs.extend(f"{self.command} {path}: {text}" for text in wrong)

    # ---- git ----

    def git(self, url, body):
        want = base64.b64encode(f"{GIT_USERS[KIND]}:{TOKEN}".encode()).decode()
        if self.headers.get("Authorization") != f"Basic {want}":
            return self.answer(401, {}, {"WWW-Authenticate": 'Basic realm="forge"'})
        if fault := self.fault(self.command, url.path + (f"?{url.query}" if url.query else "")):
            return self.answer(*fault)
        environment = {**os.environ, "GIT_PROJECT_ROOT": os.path.dirname(os.path.abspath(REPOSITORY)),
                       "GIT_HTTP_EXPORT_ALL": "1", "REMOTE_USER": "bot", "REQUEST_METHOD": self.command,
                       "PATH_INFO": "/" + os.path.basename(REPOSITORY) + url.path[len("/acme/web.git"):],
                       "QUERY_STRING": url.query, "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                       "CONTENT_LENGTH": str(len(body)),
                       "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", "")}
        out = subprocess.run(["git", "http-backend"], input=body, env=environment, stdout=subprocess.PIPE).stdout
        head, _, rest = out.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        status = int(headers.pop("Status", "200 OK").split()[0])
        self.answer(status, rest, headers)


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", PORT), Handler)
    if PEM:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(PEM)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.serve_forever()
