#!/usr/bin/env python3
"""Ports for servers of the tests that must be told theirs before they start: ports.py prints one.

What the kernel gives for port 0 may be a client's the next moment, or another test's: between the choice and the
server's start, and while a server is killed and started again. So these are below the ports that the kernel gives by
itself, and are noted, for an hour, in a folder that all tests of this user share."""
import os
import random
import socket
import tempfile
import time

FIRST, KEPT_SECONDS = 20000, 3600


def last():
    """Before the first one of the kernel's own."""
    try:
        with open("/proc/sys/net/ipv4/ip_local_port_range") as file:
            return int(file.read().split()[0]) - 1
    except (OSError, ValueError):
        return 32767


def noted(port):
    """False: another test has it."""
    folder = os.path.join(tempfile.gettempdir(), f"plimsoll-ports-{os.getuid()}")
    note = os.path.join(folder, str(port))
    os.makedirs(folder, mode=0o700, exist_ok=True)
    try:
        if time.time() - os.stat(note).st_mtime > KEPT_SECONDS:
            os.unlink(note)
    except FileNotFoundError:
        pass
    try:
        os.close(os.open(note, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        return False
    return True


def is_free(port):
    for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
        try:
            with socket.socket(family) as probe:
                if family == socket.AF_INET6:
                    probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                probe.bind((address, port))
        except OSError as error:
            if family == socket.AF_INET or error.errno == 98:
                return False  # else there is no IPv6 here
    return True


def free_port():
    dice = random.SystemRandom()
    for _ in range(1000 if last() > FIRST + 1000 else 0):
        port = dice.randrange(FIRST, last() + 1)
        if is_free(port) and noted(port):
            return port
    with socket.socket() as probe:  # a machine with other ranges: as well as can be
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


if __name__ == "__main__":
    print(free_port())
