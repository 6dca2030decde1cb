#!/usr/bin/env python3
"""Parts of lint_haproxy.sh that need a program:
  haproxy_live.py cases FILE FOLDER      a file a case of verdicts.txt, and FOLDER/list
  haproxy_live.py upstream PORTFILE      a server that answers /200… /301… /404… /500… with that status
  haproxy_live.py make SEED COUNT UPSTREAM PEM FOLDER   site.cfg and ports.json: COUNT random frontends
  haproxy_live.py ports COUNT            free ports, blank-separated
  haproxy_live.py compare FOLDER         ports.json, routes.json and what curl sees; a line a difference
"""
import concurrent.futures
import http.server
import json
import os
import random
import re
import subprocess
import sys

from ports import free_port

NAMES = ["X-A", "X-B", "X-C", "X-Frame-Options", "Strict-Transport-Security"]
UPSTREAM = {"Server": "pyup", "X-Powered-By": "py", "X-Up": "up"}


def cases(path, folder):
    text = open(path, encoding="utf-8").read()
    with open(os.path.join(folder, "list"), "w", encoding="utf-8") as listing:
        for number, part in enumerate(re.split(r"^== ", text, flags=re.M)[1:]):
            head, body = part.split("\n", 1)
            words, name = head.split(": ", 1)
            words = words.split()
            version = next((w for w in words[1:] if "." in w), "2.6")
            line = next((w for w in words[1:] if "." not in w), "-")
            with open(os.path.join(folder, f"{number}.cfg"), "w", encoding="utf-8", newline="") as out:
                out.write(body.split("\0")[0])
            listing.write(f"{number}.cfg\t{words[0]}\t{line}\t{version}\t{name}\n")


class Server(http.server.ThreadingHTTPServer):
    def handle_error(self, *_):
        """HAProxy closes connections that it keeps for later: no news."""


class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        found = re.match(r"/(?:api/|site/)?(\d\d\d)", self.path)
        status = int(found.group(1)) if found else 200
        self.send_response_only(status)
        for name, value in UPSTREAM.items():
            self.send_header(name, value)
        if status == 301:
            self.send_header("Location", "/elsewhere")
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_):
        pass


def upstream(portfile):
    server = Server(("127.0.0.1", 0), Answer)
    with open(portfile + ".new", "w", encoding="ascii") as out:
        out.write(str(server.server_address[1]))
    os.rename(portfile + ".new", portfile)
    server.serve_forever()


def free_ports(count):
    return [free_port() for _ in range(count)]


def ports(count):
    print(*free_ports(int(count)))


def condition(pick, response):
    choices = ["", "", "", " if { ssl_fc }", " unless { ssl_fc }", " if TRUE", " if FALSE", " if !FALSE { ssl_fc }",
               " if { path_beg /2 }" if not response else " if { var(txn.no) -m found }", " if secure", " if !secure"]
    if response:
        choices += [" if { status 200 }", " if { status ge 400 }", " unless { status 404 }",
                    " if { status 300:399 } || { status 500 }", " if !{ status lt 300 } !{ status 500:599 }"]
    return pick.choice(choices)


def rules(pick, least, most):
    lines = []
    for _ in range(pick.randint(least, most)):
        ruleset = pick.choice(["http-response", "http-response", "http-after-response"])
        name = pick.choice(NAMES + list(UPSTREAM))
        action = pick.choice(["set-header"] * 5 + ["add-header"] * 2 + ["del-header"] * 2 + ["replace-header", "allow"])
        tail = condition(pick, True)
        value = f"v{pick.randint(0, 9)}"
        if action in ("set-header", "add-header"):
            lines.append(f'{ruleset} {action} {name} "{value}"{tail}')
        elif action == "replace-header":
            lines.append(f"{ruleset} {action} {name} .* {value}{tail}")
        elif action == "del-header" and pick.random() < 0.3:
            lines.append(f"{ruleset} {action} X- -m beg{tail}")
        elif action == "del-header":
            lines.append(f"{ruleset} {action} {name}{tail}")
        elif pick.random() < 0.5:
            lines.append(f"{ruleset} allow{tail}")
    return lines


def make(seed, count, port, pem, folder):
    pick = random.Random(int(seed))
    count = int(count)
    ports = free_ports(2 * count + 1)
    closed = ports.pop()
    text = ["global", "    maxconn 2000", "defaults", "    mode http", "    timeout client 5s", "    timeout server 5s",
            "    timeout connect 500ms", "    retries 0", "    timeout http-request 5s"]
    named = pick.randint(3, 6)
    for i in range(named):
        for side in ("front", "back"):
            text += [f"defaults {side}{i}", "    mode http", "    timeout client 5s", "    timeout server 5s",
                     "    timeout connect 500ms", "    retries 0"]
            text += ["    " + r.replace("!secure", "!TRUE").replace("secure", "TRUE") for r in rules(pick, 0, 2)]
    sites = []
    for i in range(count):
        plain, tls = ports[2 * i], ports[2 * i + 1]
        kind = pick.choice(["both", "plain", "tls", "redirect"])
        inherits = pick.random() < 0.4
        text += [f"frontend f{i}" + (f" from front{pick.randrange(named)}" if inherits else "")]
        if not inherits:
            text += ["    mode http", "    timeout client 5s"]
        if kind != "tls":
            text.append(f"    bind 127.0.0.1:{plain}")
        if kind != "plain":
            text.append(f"    bind 127.0.0.1:{tls} ssl crt {pem}")
        text.append("    acl secure ssl_fc")
        if kind == "redirect":
            text.append(pick.choice(["    redirect scheme https code 301 if !{ ssl_fc }",
                                     "    http-request redirect scheme https code 308 unless { ssl_fc }"]))
        text += ["    http-request deny if { path /deny }", "    http-request redirect location /x if { path /own301 }",
                 '    http-request return status 200 content-type text/plain string "ok" if { path /own200 }']
        stats = pick.random() < 0.4
        if stats:
            text += ["    stats enable", "    stats uri /stats"]
        text += ["    " + r for r in rules(pick, 0, 6)]
        text += [f"    use_backend down{i} if {{ path /down }}", f"    use_backend api{i} if {{ path_beg /api/ }}",
                 f"    default_backend app{i}"]
        for back, address in (("app", port), ("api", port), ("down", closed)):
            inherits = pick.random() < 0.4
            text += [f"backend {back}{i}" + (f" from back{pick.randrange(named)}" if inherits else "")]
            if not inherits:
                text += ["    mode http", "    timeout server 5s", "    timeout connect 500ms"]
            text += ["    acl secure ssl_fc"] + ["    " + r for r in rules(pick, 0, 4)] + [f"    server s 127.0.0.1:{address}"]
        sites.append({"name": f"frontend f{i}", "plain": plain if kind != "tls" else 0, "tls": tls if kind != "plain" else 0,
                      "redirects": kind == "redirect", "stats": stats})
    # Sections without `from` take the last defaults, which must hold no rules.
    first = text.index("defaults")
    plain_defaults = text[first:first + 7]
    body = text[:first] + text[first + 7:]
    at = next(i for i, line in enumerate(body) if line.startswith("frontend "))
    body = body[:at] + plain_defaults + body[at:]
    with open(os.path.join(folder, "site.cfg"), "w", encoding="utf-8") as out:
        out.write("\n".join(body) + "\n")
    with open(os.path.join(folder, "ports.json"), "w", encoding="utf-8") as out:
        json.dump(sites, out)


def ask(scheme, port, path):
    """Status and headers (name in lower case, values in order) as curl sees them."""
    done = subprocess.run(["curl", "-ksS", "-m", "10", "-o", os.devnull, "-D", "-", f"{scheme}://127.0.0.1:{port}{path}"],
                          capture_output=True, text=True, check=False)
    lines = done.stdout.replace("\r", "").strip().split("\n")
    headers = {}
    for line in lines[1:]:
        name, _, value = line.partition(":")
        headers.setdefault(name.strip().lower(), []).append(value.strip())
    return (int(lines[0].split()[1]) if lines[0] else 0), headers, done.stderr.strip()


SENT = ("set here", "inherited", "sent twice")


def differences(what, effects, headers, late):
    """What was predicted for sure, and is not so."""
    for name in NAMES + list(UPSTREAM):
        mine = [e for e in effects if e["name"].lower() == name.lower()]
        certain = [e for e in mine if e["reason"] in SENT]
        maybe = [e for e in mine if e["reason"].startswith("only under")]
        if late:
            certain += [e for e in maybe if e.get("condition", "").startswith("if backend ")]
            maybe = [e for e in maybe if e not in certain]
        got = headers.get(name.lower(), [])
        passing = any("upstream" in e["reason"] and not e.get("condition") for e in mine)
        maybe += [e for e in mine if "upstream" in e["reason"] and e.get("condition")]
        if certain and not maybe:
            values = sorted(e["value"] for e in certain)
            # add-header leaves what the server sent
            ours = [v for v in got if v != UPSTREAM.get(name)]
            if sorted(got) != values and sorted(ours) != values:
                yield f"{what}: {name} predicted {values}, curl sees {got}"
        elif certain and not got:
            yield f"{what}: {name} predicted {[e['value'] for e in certain]}, curl sees none"
        elif not certain and not maybe and got and not passing and not (name == "X-Up" and got == ["up"]):
            yield f"{what}: {name} is not predicted, curl sees {got}"
        elif passing and not maybe and got != [UPSTREAM.get(name)]:
            yield f"{what}: {name} should pass, curl sees {got}"
        # what may be under a condition is one of the values that were named
        known = {e["value"] for e in mine} | ({UPSTREAM[name]} if name in UPSTREAM else set())
        if got and not set(got) <= known:
            yield f"{what}: {name} is {got}, only {sorted(known)} were predicted"


def compare_site(site, routes):
    mine = [r for r in routes if r["server"] == site["name"]]
    found = {}
    for route in mine:
        word = route["path"].split()
        found["stats" if word[0] == "stats" else re.sub(r"\d+$", "", word[1])] = route
    ways = ([("http", site["plain"])] if site["plain"] else []) + ([("https", site["tls"])] if site["tls"] else [])
    for scheme, port in ways:
        redirected = site["redirects"] and scheme == "http"
        asks = [(f"/{status}", "app", str(status)) for status in (200, 301, 404, 500)]
        asks += [(f"/api/{status}", "api", str(status)) for status in (200, 404)]
        asks += [("/deny", "app", "own"), ("/own301", "api", "own"), ("/own200", "app", "own"), ("/down", "down", "own")]
        if site["stats"]:
            asks.append(("/stats", "stats", "own"))
        for path, route, outcome in asks:
            status, headers, error = ask(scheme, port, path)
            what = f"{site['name']} {scheme} {path} ({status})"
            if not status:
                yield f"{what}: {error}"
                continue
            if redirected:
                outcome = "own"
            effects = found[route].get(outcome)
            if effects is None:
                yield f"{what}: said to be impossible"
                continue
            yield from differences(what, effects, headers, path == "/down" and not redirected)


def compare(folder):
    sites = json.load(open(os.path.join(folder, "ports.json"), encoding="utf-8"))
    routes = json.load(open(os.path.join(folder, "routes.json"), encoding="utf-8"))["routes"]
    count = 0
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda site: list(compare_site(site, routes)), sites):
            for line in found:
                print(line)
                count += 1
    sys.exit(1 if count else 0)


{"cases": cases, "upstream": upstream, "make": make, "ports": ports, "compare": compare}[sys.argv[1]](*sys.argv[2:])
