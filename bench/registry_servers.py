"""The registries that bench/registry measures: how each is started, and what it costs."""
import base64
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

BUILD = sys.argv[1] if len(sys.argv) > 1 else "build"
PLIMSOLL = os.path.abspath(os.path.join(BUILD, "src/cli/plimsoll"))
TICK = os.sysconf("SC_CLK_TCK")
WORK = tempfile.mkdtemp(prefix="plimsoll-bench-", dir=os.environ.get("BENCH_DIR"))


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """One registry, with an empty folder for each start."""
    def __init__(self, name, command, config=None):
        self.name, self.command, self.config = name, command, config
        self.process = self.authorization = None
        self.rows = {}

    def start(self):
        self.port = free_port()
        self.folder = tempfile.mkdtemp(dir=WORK)
        names = {"port": self.port, "folder": self.folder, "config": f"{self.folder}.config"}
        if self.config:
            with open(names["config"], "w", encoding="utf-8") as file:
                file.write(self.config % names)
        self.log = open(f"{self.folder}.log", "w+", encoding="utf-8")
        self.process = subprocess.Popen([word % names for word in self.command], stdout=self.log, stderr=self.log)
        end = time.time() + 20
        while time.time() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                break
            except OSError:
                time.sleep(0.05)
        else:
            sys.exit(f"{self.name} does not listen: {open(self.log.name, encoding='utf-8').read()}")
        time.sleep(0.5)
        self.log_in()

    def log_in(self):
        said = re.search(r"user (\S+), password (\S+)", open(self.log.name, encoding="utf-8").read())
        os.environ["DOCKER_CONFIG"] = self.folder + ".docker"
        os.makedirs(os.environ["DOCKER_CONFIG"])
        auths = {}
        if said:
            secret = base64.b64encode(f"{said[1]}:{said[2]}".encode()).decode()
            self.authorization = f"Basic {secret}"
            auths = {f"127.0.0.1:{self.port}": {"auth": secret}}
            self.show_credentials()
        with open(os.path.join(os.environ["DOCKER_CONFIG"], "config.json"), "w", encoding="utf-8") as file:
            json.dump({"auths": auths}, file)

    def show_credentials(self):
        """As docker login does: a password is hashed once, which takes 50 ms, and is then remembered."""
        asked = urllib.request.Request(self.url("/v2/"), headers={"Authorization": self.authorization})
        urllib.request.urlopen(asked, timeout=20).close()

    @contextlib.contextmanager
    def running(self):
        self.start()
        try:
            yield
        finally:
            self.stop()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def processes(self):
        """It and its children."""
        found, new = [], [self.process.pid]
        while new:
            found += new
            new = [int(child) for pid in new for task in tasks(pid)
                   for child in read(f"/proc/{pid}/task/{task}/children").split()]
        return found

    def cpu(self):
        total = 0
        for pid in self.processes():
            fields = read(f"/proc/{pid}/stat").rsplit(")", 1)[-1].split()
            total += sum(int(field) for field in fields[11:15]) if fields else 0
        return total / TICK

    def peak(self):
        """Of the server's own process, in MiB."""
        return high_water(self.process.pid)

    @contextlib.contextmanager
    def watched(self):
        """Looks 50 times a second for the memory of its processes, whose numbers end with them."""
        peaks, over = Peaks(), threading.Event()

        def look():
            while not over.wait(0.02):
                for pid in self.processes():
                    peaks.take(pid == self.process.pid, high_water(pid))

        watcher = threading.Thread(target=look)
        watcher.start()
        try:
            yield peaks
        finally:
            over.set()
            watcher.join()

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def ref(self, name="bench/big", tag="v1"):
        return f"127.0.0.1:{self.port}/{name}:{tag}"

    def headers(self):
        return ["-H", f"Authorization: {self.authorization}"] if self.authorization else []

    def note(self, row, value):
        self.rows.setdefault(row, []).append(value)

    def median(self, row):
        return statistics.median(self.rows[row])


class Peaks:
    own = largest_child = 0

    def take(self, is_own, size):
        if is_own:
            self.own = max(self.own, size)
        else:
            self.largest_child = max(self.largest_child, size)


def read(path):
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:
        return ""


def high_water(pid):
    """The most memory a process had, in MiB."""
    found = re.search(r"VmHWM:\s+(\d+)", read(f"/proc/{pid}/status"))
    return int(found[1]) / 1024 if found else 0


def tasks(pid):
    try:
        return os.listdir(f"/proc/{pid}/task")
    except OSError:
        return []


ZOT = '{"distSpecVersion": "1.1.1", "storage": {"rootDirectory": "%(folder)s", "dedupe": false, "gc": false},' \
      ' "http": {"address": "127.0.0.1", "port": "%(port)s"}, "log": {"level": "error"}}'
DISTRIBUTION = ('version: 0.1\nlog: {level: error, accesslog: {disabled: true}}\nstorage:\n'
                '  filesystem: {rootdirectory: %(folder)s}\n  cache: {blobdescriptor: inmemory}\n'
                'http: {addr: "127.0.0.1:%(port)s"}\n')


def plimsoll(name, *options):
    return Server(name, [PLIMSOLL, "serve", "--data", "%(folder)s", "--listen", "127.0.0.1:%(port)s", *options])


def peers():
    found = []
    folder = os.environ.get("PEERS_BIN", "")
    for name in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        path = os.path.join(folder, name)
        if name.startswith("zot") and os.access(path, os.X_OK):
            found.append(Server(name, [path, "serve", "%(config)s"], ZOT))
        elif name == "registry":
            found.append(Server(name, [path, "serve", "%(config)s"], DISTRIBUTION))
    debian = shutil.which("docker-registry")
    if debian:
        found.append(Server("docker-registry", [debian, "serve", "%(config)s"], DISTRIBUTION))
    return found
