"""Raw sockets against a registry. usage: registry_limits.py PORT PID"""
import http.client
import resource
import socket
import sys

PORT, PID = int(sys.argv[1]), int(sys.argv[2])


def say(good, what, detail=""):
    print(("ok " if good else "FAIL ") + what + (f": {detail}" if detail and not good else ""), flush=True)


def dial():
    return socket.create_connection(("127.0.0.1", PORT), 60)


def ask(data, wait=60):
    """What comes back until the other side is silent or done."""
    with dial() as s:
        s.settimeout(wait)
        answer = b""
        try:
            s.sendall(data)
        except OSError:
            pass  # it may have said all that it has to say
        try:
            while b"\r\n\r\n" not in answer:
                piece = s.recv(65536)
                if not piece:
                    break
                answer += piece
        except OSError:
            pass
        return answer


def status(answer):
    return int(answer.split()[1]) if answer.startswith(b"HTTP/1.") else 0


def alive():
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
    connection.request("GET", "/healthz")
    good = connection.getresponse().status == 200
    connection.close()
    return good


def resident():
    with open(f"/proc/{PID}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmRSS")) / 1024


def idle_ones():
    room = resource.getrlimit(resource.RLIMIT_NOFILE)[0] - 100
    many = min(10000, room)
    before, held = resident(), []
    for _ in range(many):
        held.append(dial())
    say(alive(), f"{many} idle connections hold up nobody")
    say(resident() - before < 200, "and cost little memory", f"{resident() - before:.0f} MiB")
    for s in held:
        s.close()
    say(alive(), "it is well when they have gone")


def heads():
    big = b"a" * 60000
    say(status(ask(b"GET /v2/" + big + b" HTTP/1.1\r\nHost: h\r\n\r\n")) == 414, "a target of 60 KB: 414")
    say(status(ask(b"GET /v2/ HTTP/1.1\r\nHost: h\r\nX: " + big + b"\r\n\r\n")) == 431, "a head of 60 KB: 431")
    many = b"".join(b"X%d: y\r\n" % i for i in range(10000))
    say(status(ask(b"GET /v2/ HTTP/1.1\r\nHost: h\r\n" + many + b"\r\n")) == 431, "ten thousand headers: 431")


def unclear():
    for what, text in (
            ("length and chunks", b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
            ("two lengths", b"Content-Length: 3\r\nContent-Length: 30\r\n\r\nabc"),
            ("a length below zero", b"Content-Length: -1\r\n\r\n"),
            ("an unknown coding", b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
            ("a chunk of no size", b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n\r\n")):
        answer = ask(b"PUT /v2/a/manifests/b HTTP/1.1\r\nHost: h\r\n" + text)
        say(400 <= status(answer) < 500, f"{what}: refused", answer[:60])


def nonsense():
    for text in (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 200, b"\x00" * 5000, b"\r\n" * 5000,
                 b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"G" * 100000, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"):
        ask(text, 2)
    say(alive(), "nonsense hurts nobody")


def unwanted_bodies():
    body = b"x" * 1000000
    answer = ask(b"PUT /v2/a/manifests/v1 HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n" + body)
    say(status(answer) == 401, "who may not push is told so behind a body", answer[:60])
    answer = ask(b"PATCH /v2/a/blobs/uploads/x HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999\r\n"
                 b"Expect: 100-continue\r\n\r\n")
    say(400 <= status(answer) < 500, "and before one that it asks for", answer[:60])
    answer = ask(b"POST / HTTP/1.1\r\nHost: h\r\nX-Amz-Target: AmazonEC2ContainerRegistry_V20150921.PutImage\r\n"
                 b"Content-Length: 30000000\r\n\r\n" + b"y" * 30000000)
    say(status(answer) == 413, "who brings no credentials may not send much", answer[:60])


def paths():
    for path in (b"/v2/../../etc/passwd", b"/v2/..%2f..%2fetc/manifests/x", b"/v2/a/manifests/..%2f..%2fx",
                 b"/v2/%2e%2e/blobs/sha256:00", b"/v2/a/blobs/uploads/..%2f..%2fregistry.db", b"//v2//x", b"/v2\\..\\x",
                 b"/v2/a/blobs/sha256:" + b"../" * 20, b"/v2/a%00b/tags/list"):
        answer = ask(b"GET " + path + b" HTTP/1.1\r\nHost: h\r\n\r\n")
        if not 400 <= status(answer) < 500:
            say(False, f"{path}", answer[:60])
            return
    say(True, "paths lead nowhere outside")


idle_ones()
heads()
unclear()
nonsense()
unwanted_bodies()
paths()
