"""What is in the memory of the process that reads hostile bytes: memory.py PLIMSOLL FOLDER.

A registry that wants a password stops in the middle of a layer; meanwhile all memory of plimsoll and of the process that
it started is searched for the password, from a login file and from the environment, as a parser that was taken over
could do it with its own. That plimsoll itself has it shows that the search works."""
import base64, gzip, hashlib, http.server, io, json, os, subprocess, sys, tarfile, threading, time

plimsoll, folder = sys.argv[1:3]
PASSWORD = b"correct-" + os.urandom(12).hex().encode()
TOKEN = base64.b64encode(b"me:" + PASSWORD)
PIECE = 16 << 20
goes_on = threading.Event()


def made_layer():
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w") as tar:
        info = tarfile.TarInfo("file")
        info.size = 1 << 20
        tar.addfile(info, io.BytesIO(os.urandom(1 << 20)))
    return raw.getvalue()


def sha(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


tar = made_layer()
layer = gzip.compress(tar, mtime=0)
config = json.dumps({"architecture": "amd64", "os": "linux", "rootfs": {"type": "layers", "diff_ids": [sha(tar)]}}).encode()
kinds = "application/vnd.oci.image.%s"
manifest = json.dumps({
    "schemaVersion": 2, "mediaType": kinds % "manifest.v1+json",
    "config": {"mediaType": kinds % "config.v1+json", "digest": sha(config), "size": len(config)},
    "layers": [{"mediaType": kinds % "layer.v1.tar+gzip", "digest": sha(layer), "size": len(layer)}]}).encode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        if self.headers.get("Authorization", "").encode() != b"Basic " + TOKEN:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="x"')
            self.send_header("Content-Length", "0")
            return self.end_headers()
        data = config if sha(config) in self.path else layer if sha(layer) in self.path else manifest
        self.send_response(200)
        self.send_header("Content-Type", kinds % "manifest.v1+json")
        self.send_header("Docker-Content-Digest", sha(data))
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        half = len(data) // 2 if data is layer else 0
        self.wfile.write(data[:half])
        self.wfile.flush()
        if half:
            goes_on.wait(600)
        self.wfile.write(data[half:])


def holds(process):
    """Whether the memory of a process has the password, in clear or as it is sent; None when it cannot be read."""
    found = False
    try:
        with open("/proc/%d/maps" % process) as maps, open("/proc/%d/mem" % process, "rb", 0) as memory:
            for line in maps:
                start, end = (int(part, 16) for part in line.split()[0].split("-"))
                # Terabytes are the shadow memory of sanitized builds, which holds no bytes of anybody.
                if line.split()[1][0] != "r" or "[v" in line or end - start > 4 << 30:
                    continue
                for at in range(start, end, PIECE):
                    try:
                        memory.seek(at)
                        text = memory.read(min(PIECE + 200, end - at))
                    except OSError:
                        continue
                    found = found or PASSWORD in text or TOKEN in text
    except (OSError, ValueError):
        return None
    return found


def child_of(parent):
    for _ in range(2400):
        for name in os.listdir("/proc"):
            try:
                if name.isdigit() and open("/proc/%s/stat" % name).read().rsplit(")", 1)[1].split()[1] == str(parent):
                    return int(name)
            except OSError:
                pass
        time.sleep(0.05)
    return None


def locked(process):
    """It has locked itself in: what it was before that is no attacker yet."""
    for _ in range(2400):
        try:
            if "Seccomp:\t2" in open("/proc/%d/status" % process).read():
                return True
        except OSError:
            return False
        time.sleep(0.05)
    return False


def run(what, login):
    goes_on.clear()
    environment = dict(os.environ, DOCKER_CONFIG=os.path.join(folder, what), PLIMSOLL_CACHE=os.path.join(folder, what, "cache"))
    os.makedirs(environment["DOCKER_CONFIG"])
    host = "127.0.0.1:%d" % server.server_address[1]
    login(environment, host)
    process = subprocess.Popen([plimsoll, "scan", host + "/app:1"], env=environment, stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
    child = child_of(process.pid)
    verdict = "no child" if not child else "not locked in" if not locked(child) else (holds(process.pid), holds(child))
    goes_on.set()
    output = process.communicate(timeout=600)[0].decode(errors="replace")
    if verdict == (None, None):
        print("skip memory: the memory of other processes cannot be read here")
    elif verdict != (True, False) or process.returncode != 0:
        print("FAIL memory: %s: in the broker, in the child: %s; exit %d" % (what, verdict, process.returncode))
        print("    " + output.replace("\n", "\n    "))
    else:
        print("ok memory: a password from the %s is in the broker's memory, and nowhere in its child's" % what)


def login_file(environment, host):
    with open(os.path.join(environment["DOCKER_CONFIG"], "config.json"), "w") as file:
        json.dump({"auths": {host: {"auth": TOKEN.decode()}}}, file)


def login_environment(environment, _):
    environment.update(PLIMSOLL_REGISTRY_USER="me", PLIMSOLL_REGISTRY_PASSWORD=PASSWORD.decode())


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
run("file", login_file)
run("environment", login_environment)
