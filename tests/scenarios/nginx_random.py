"""Random configurations of nginx: what `lint` predicts of every route's headers against what a client really gets.
usage: nginx_random.py PLIMSOLL FOLDER FIRST_SEED COUNT [fix]. Prints what differs; ends with 1 when something does.
With fix: the configuration is mended first for the four headers of the classic profile; nginx -t must say of it what it
said before, mending again must change nothing, and every answer must have the four, once, with their values."""
import http.client, json, os, random, socket, subprocess, sys, time

from ports import free_port

plimsoll, folder, first, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
fix = len(sys.argv) > 5
NAMES = ["X-A", "X-B", "X-C", "x-a", "X-Powered-By" if fix else "X-Frame-Options", "Cache-Control"]
CLASSIC = [("strict-transport-security", "max-age=31536000; includeSubDomains"), ("x-content-type-options", "nosniff"),
           ("x-frame-options", "DENY"), ("x-xss-protection", "1; mode=block")]
MORE = "/usr/lib/nginx/modules/ngx_http_headers_more_filter_module.so"
more = os.path.exists(MORE) and not fix
checked = 0


class Maker:
    def __init__(self, seed):
        self.r = random.Random(seed)
        self.requests = {}  # path of a route: {outcome: (method, url)}
        self.number = seed

    def headers(self, chance):
        lines = []
        while self.r.random() < chance and len(lines) < 4:
            value = self.r.choice(["one", '"two; three"', "'four'", '""', "a\\ b", '"q\\"x"', "$mapped", "${never}"])
            always = self.r.choice(["", " always"])
            lines.append(f"add_header {self.r.choice(NAMES)} {value}{always};")
        if more and self.r.random() < 0.2:
            name = self.r.choice(NAMES[:4])
            lines.append(self.r.choice([f'more_set_headers "{name}: more";', f'more_set_headers -s "404 500" "{name}: some" "X-C: c";',
                                        f"more_clear_headers {name};", "more_clear_headers X-*;", f'more_set_headers "{name}:";']))
        if self.r.random() < 0.15:
            lines.append("expires " + self.r.choice(["1h", "epoch", "max", "off", "-1", "1d"]) + ";")
        return lines

    def error_pages(self):
        lines = []
        for code in ("404", "403", "500", "502"):
            if self.r.random() < 0.2:
                lines.append(f"error_page {code} " + self.r.choice(["/err/page.html", "/plain/page.html", "@err", "=200 /err/page.html",
                                                                    "/s0/err.html"]) + ";")
        return lines

    def block(self, head, lines):
        self.r.shuffle(lines)
        return [head + " {"] + ["    " + line for line in lines] + ["}"]

    def static(self, path, depth=0):
        os.makedirs(f"{folder}/root{path}dir/empty", exist_ok=True)
        for name in ("f.html", "err.html"):
            open(f"{folder}/root{path}{name}", "w").write("x")
        self.requests[path] = {"200": ("GET", path + "f.html"), "301": ("GET", path + "dir"),
                               "404": ("GET", path + "none"), "own": ("GET", path + "dir/empty/")}
        lines = self.headers(0.4) + self.error_pages()
        block = self.block("location " + path, lines)
        inner = []
        if self.r.random() < 0.4:
            inner += self.conditional(path, path + "f.html?x=1")
        if depth < 2 and self.r.random() < 0.4:
            inner += self.static(path + "in/", depth + 1)
        return block[:-1] + ["    " + line for line in inner] + ["}"]

    def conditional(self, path, url):
        kind = self.r.choice(["headers", "return"])
        body = self.headers(0.5)
        if kind == "return":
            code = self.r.choice(["200 x", "404", "301 /y", "500 x"])
            body.append(f"return {code};")
            outcome = code[:3]
            self.requests[path + " if ($arg_x = 1)"] = {outcome: ("GET", url), "own": ("GET", url)}
        else:
            self.requests[path + " if ($arg_x = 1)"] = {"200": ("GET", url)}
        return ["if ($arg_x = 1) {"] + ["    " + line for line in body] + ["}"]

    def proxied(self, path):
        self.requests[path] = {"200": ("GET", path + "200"), "301": ("GET", path + "301"), "404": ("GET", path + "404"),
                               "500": ("GET", path + "500"), "own": ("GET", path + "444")}
        lines = self.headers(0.4) + self.error_pages() + [f"proxy_pass http://unix:{folder}/back.sock:/;"]
        if self.r.random() < 0.3:
            lines.append("proxy_intercept_errors on;")
        block = self.block("location " + path, lines)
        if self.r.random() < 0.3:
            self.requests[path + " if ($arg_x = 1)"] = {"200": ("GET", path + "200?x=1"), "404": ("GET", path + "404?x=1")}
            block[-1:] = ["    if ($arg_x = 1) {"] + ["        " + line for line in self.headers(0.6)] + ["    }", "}"]
        return block

    def returning(self, path):
        code = self.r.choice(["200 ok", "204", "404", "404 x", "403", "500", "503", "301 /z", "302 https://x/", "418 t"])
        number = int(code[:3])
        outcome = "200" if number < 300 else "301" if number < 400 else "404" if number == 404 else "500" if number >= 500 else "own"
        mark = self.r.choice(["= ", "", "^~ ", "~ ^"])
        name = (mark + path + ("$" if mark == "~ ^" else ""))
        self.requests[name] = {outcome: ("GET", path), "own": ("GET", path)}
        lines = self.headers(0.4) + self.error_pages() + [f"return {code};"]
        if fix and self.r.random() < 0.5:  # weak, or not on every status
            lines.append(self.r.choice(["add_header X-Frame-Options SAMEORIGIN always;", "add_header X-XSS-Protection '1; mode=block';",
                                        "add_header X-Content-Type-Options sniff;"]))
        return self.block("location " + name, lines)

    def others(self, server):
        body = []
        if self.r.random() < 0.3:
            code = self.r.choice(["403", "200 x", "301 /y", "404", "302 https://x/", "500 x"])
            outcome = {"302": "301", "403": "own"}.get(code[:3], code[:3])
            server += ["if ($arg_s = 1) {", f"    return {code};", "}"]
            self.requests["/ if ($arg_s = 1)"] = {outcome: ("GET", "/top.html?s=1"), "own": ("GET", "/top.html?s=1")}
        if self.r.random() < 0.5:
            body += self.block("location /denied/", self.headers(0.4) + self.error_pages() + ["deny all;"])
            self.requests["/denied/"] = {"own": ("GET", "/denied/x")}
        if self.r.random() < 0.5:
            open(f"{folder}/root/f.ext", "w").write("x")
            body += self.block(r"location ~ \.(ext|other)$", self.headers(0.4) + self.error_pages())
            self.requests[r"~ \.(ext|other)$"] = {"200": ("GET", "/f.ext"), "404": ("GET", "/none.ext")}
        if self.r.random() < 0.5:
            kind = self.r.choice(["permanent", "redirect"])
            body += self.block("location /rewritten", self.headers(0.4) + [f"rewrite ^ /z {kind};"])
            self.requests["/rewritten"] = {"301": ("GET", "/rewritten"), "own": ("GET", "/rewritten")}
        if self.r.random() < 0.5:
            os.makedirs(folder + "/inc", exist_ok=True)
            lines = [line for line in self.headers(0.7) if not line.startswith("expires")]
            open(f"{folder}/inc/{self.number}.conf", "w").write("\n".join(lines) + "\n")
            open(f"{folder}/root/included.html", "w").write("x")
            body += self.block("location = /included.html", self.headers(0.2) + [f"include inc/{self.number}.conf;"])
            self.requests["= /included.html"] = {"200": ("GET", "/included.html")}
        return body

    def make(self, port):
        base = []
        for directory in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"):
            base.append(f"{directory}_temp_path {folder}/temp;")
        http_lines = base + ["access_log off;", "map $arg_m $mapped { default ''; 1 'mapped'; }",
                             "map $arg_m $never { default ''; }"] + self.headers(0.3)
        server = [f"listen 127.0.0.1:{port};", f"root {folder}/root;"] + self.headers(0.5) + self.error_pages()
        body = []
        for i in range(self.r.randint(2, 4)):
            body += self.static(f"/s{i}/")
        for i in range(self.r.randint(0, 2)):
            body += self.proxied(f"/p{i}/")
        for i in range(self.r.randint(1, 4)):
            body += self.returning(f"/r{i}")
        body += self.others(server)
        body += self.block("location /err/", self.headers(0.4) + self.r.choice([[], ["internal;"]]))
        body += self.block("location @err", self.headers(0.4) + self.r.choice([["return 200 x;"], [f"proxy_pass http://unix:{folder}/back.sock;"]]))
        if self.r.random() < 0.5:
            body += self.block("location /t/", self.headers(0.3) + ["try_files $uri @named;"])
            body += self.block("location @named", self.headers(0.4) + [f"proxy_pass http://unix:{folder}/back.sock;"])
            self.requests["@named"] = {"200": ("GET", "/t/200"), "404": ("GET", "/t/404")}
        if self.r.random() < 0.3:
            body += self.block("location /", self.headers(0.4))
        self.requests["/"] = {"200": ("GET", "/top.html"), "404": ("GET", "/nothing")}
        back = ["server {", f"    listen unix:{folder}/back.sock;", "    add_header X-None \"\";", "    expires off;", "    location ~ 444 { return 444; }",
                "    location ~ 404 { return 404; }", "    location ~ 500 { return 500; }",
                "    location ~ 301 { return 301 /q; }", "    location ~ 200 { return 200 ok; }", "}"]
        lines = http_lines + ["server {"] + ["    " + line for line in server + body] + ["}"]
        return (([f"load_module {MORE};"] if more else []) + ["daemon off;", "master_process off;", f"pid {folder}/pid;", f"error_log {folder}/error.log;", "events { }", "http {"] +
                ["    " + line for line in lines], ["    " + line for line in back] + ["}"])


def predicted(effects, mapped):
    """What a client gets by the prediction: the headers of the generator, in lower case."""
    sent = []
    for effect in effects:
        value = {"$mapped": "mapped", "${never}": ""}.get(effect["value"], effect["value"])
        if effect["reason"] == "conditional" and not mapped:
            continue
        if effect["reason"] in ("sent", "inherited", "conditional", "twice") and value:
            sent.append((effect["name"].lower(), value))
    return sorted(x for x in sent if x[0] in names)


names = {name.lower() for name in NAMES}


def real(port, method, url):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request(method, url)
    response = connection.getresponse()
    response.read()
    connection.close()
    wanted = {name for name, _ in CLASSIC} if fix else names
    return response.status, sorted((k.lower(), v) for k, v in response.getheaders() if k.lower() in wanted)


def compare(seed, routes, requests, port, text):
    global checked
    wrong = 0
    seen = set()
    for route in routes:
        for outcome, (method, url) in requests.get(route["path"], {}).items():
            if outcome not in route["outcomes"]:
                continue
            # An error page is asked for without the arguments of the request, $arg_m among them.
            for mapped in (False, True) if outcome in ("200", "301") else (False,):
                asked = url + (("&" if "?" in url else "?") + "m=1" if mapped else "")
                status, got = real(port, method, asked)
                kind = str(status) if str(status) in ("200", "301", "404", "500") else "own"
                if outcome != "own" and status // 100 != int(outcome) // 100:
                    continue  # error_page gave another status: the route says so by leaving the outcome out
                want = CLASSIC if fix else predicted(route["outcomes"][outcome] or [], mapped)
                checked += 1
                seen.add(route["path"])
                if got != want:
                    wrong += 1
                    print(f"seed {seed} {route['path']} {outcome} {asked} ({status}):\n  predicted {want}\n  real      {got}")
    for path in requests:
        if path not in seen and not any(route["path"] == path for route in routes) and "if" not in path and path != "/":
            wrong += 1
            print(f"seed {seed}: no route {path}")
    if wrong and fix:
        text = [open(f"{folder}/{seed}.nginx.conf").read()]
    if wrong:
        print("\n".join(text))
    return wrong


def verdict(path):
    return subprocess.run(["nginx", "-t", "-q", "-c", path], capture_output=True).returncode


def mend(path):
    """Mends the file by the program; what is wrong with that."""
    before = verdict(path)
    command = [plimsoll, "lint", "--fix", "--headers", "classic", "--behind-tls", "--target-version", "1.22.1", path]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        return f"--fix ended with {done.returncode}: {done.stderr}"
    text = open(path).read()
    if verdict(path) != before:
        return "nginx -t has another verdict of the mended file:\n" + text
    subprocess.run(command, capture_output=True)
    return "" if open(path).read() == text else "mending again changes the file:\n" + text


def run(seed):
    maker, port = Maker(seed), free_port()
    os.makedirs(folder + "/root", exist_ok=True)
    os.makedirs(folder + "/root/err", exist_ok=True)
    os.makedirs(folder + "/root/plain", exist_ok=True)
    for name in ("top.html", "err/page.html", "plain/page.html"):
        open(f"{folder}/root/{name}", "w").write("x")
    linted, back = maker.make(port)
    path = f"{folder}/{seed}.nginx.conf"
    # What answers behind it is no part of what is linted: an absolute include is of another machine.
    open(folder + "/back.inc", "w").write("\n".join(back[:-1]) + "\n")
    open(path, "w").write("\n".join(linted + [f"    include {folder}/back.inc;", "}"]) + "\n")
    if os.path.exists(folder + "/back.sock"):
        os.unlink(folder + "/back.sock")
    problem = mend(path) if fix else ""
    if problem:
        print(f"seed {seed}: {problem}")
        return 1
    out = subprocess.run([plimsoll, "lint", "--format", "json", "--target-version", "1.22.1", path], capture_output=True, text=True)
    if out.returncode not in (0, 1):
        print(f"seed {seed}: lint ended with {out.returncode}: {out.stderr}")
        return 1
    routes = [route for route in json.loads(out.stdout)["routes"] if str(port) in route["server"]]
    nginx = subprocess.Popen(["nginx", "-c", path], stderr=subprocess.DEVNULL)
    try:
        for _ in range(3000):
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                time.sleep(0.02)
        else:
            print(f"seed {seed}: nginx did not start\n" + "\n".join(linted))
            return 1
        return compare(seed, routes, maker.requests, port, linted)
    finally:
        nginx.terminate()
        nginx.wait()


wrong = 0
for seed in range(first, first + count):
    wrong += run(seed)
    if wrong > 5:
        break
print(f"{checked} answers compared, {wrong} differ")
sys.exit(wrong > 0 or checked < 10 * count)
