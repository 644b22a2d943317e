"""A device that is bad in the way it is told; run as a file: HOW ID.

It joins as it should (unless it does not), with nothing but the standard library.
"""

import hashlib
import hmac
import http.client
import json
import os
import secrets
import socket
import struct
import sys
import time
from typing import Any
from urllib.parse import urlsplit

HOW, DEVICE = sys.argv[1:3]
CODE = os.environ["ECOHUB_CODE"].encode()
HUB = urlsplit(os.environ["ECOHUB_URL"])


def post(body: dict[str, str]) -> tuple[int, dict[str, Any]]:
    line = http.client.HTTPConnection(HUB.hostname or "", HUB.port or 80, timeout=5)
    line.request("POST", "/api/v1/join", json.dumps(body), {"Content-Type": "application/json"})
    answer = line.getresponse()
    return answer.status, json.loads(answer.read())


def proof(role: str, mine: str, theirs: str) -> str:
    parts = ("ECO/1 join", role, DEVICE, mine, theirs)
    return hmac.new(CODE, "\0".join(parts).encode(), hashlib.sha256).hexdigest()


def join() -> tuple[int, str]:
    while True:
        nonce = secrets.token_hex(16)
        asked = {"device": DEVICE, "product": "bad", "vendor": "bad", "nonce": nonce}
        status, challenge = post(asked)
        if status == 200:
            mine = proof("device", nonce, challenge["nonce"])
            status, grant = post({"session": challenge["session"], "proof": mine})
            if status == 200 and grant["proof"] == proof("hub", nonce, challenge["nonce"]):
                return grant["broker"]["port"], grant["password"]
        time.sleep(0.1)


def text(words: str) -> bytes:
    return struct.pack(">H", len(words)) + words.encode()


def packet(head: int, body: bytes) -> bytes:
    size, length = len(body), b""
    while True:
        length += bytes([size % 128 | (128 if size > 127 else 0)])
        size //= 128
        if not size:
            return bytes([head]) + length + body


def connect(port: int, password: str) -> socket.socket:
    line = socket.create_connection((HUB.hostname, port), timeout=30)
    if HOW == "silent":
        return line
    body = text("MQTT") + bytes([4, 0xC2]) + struct.pack(">H", 1)
    line.sendall(packet(0x10, body + text(DEVICE) + text(DEVICE) + text(password)))
    return line


def publish(line: socket.socket, leaf: str, body: dict[str, object]) -> None:
    topic = f"eco/1/{DEVICE}/{leaf}"
    line.sendall(packet(0x30, text(topic) + json.dumps(body).encode()))


def announce(line: socket.socket) -> None:
    topics = b"".join(text(f"eco/1/{DEVICE}/{leaf}") + b"\x01" for leaf in ("command", "verdict"))
    line.sendall(packet(0x82, b"\x00\x01" + topics + text("eco/1/hub/birth") + b"\x01"))
    spec = {"sha256": "0" * 64, "bytes": 400}
    publish(line, "announce", {"epoch": 1, "connection": 1, "spec": spec})


def wait_for_command(line: socket.socket) -> None:
    heard = b""
    while b"/command" not in heard:
        part = line.recv(4096)
        if not part:
            return
        heard += part


def live(line: socket.socket) -> None:
    """Be bad until the connection ends."""
    if HOW in {"mute", "silent"}:
        line.recv(1)
        return
    announce(line)
    if HOW == "reboots":
        wait_for_command(line)
    elif HOW == "floods":
        while True:
            publish(line, "state", {"epoch": 1, "seq": 1, "values": {}})
    elif HOW == "hostile":
        line.sendall(os.urandom(4096) + b"\xff" * 4096)
        line.recv(1)
    else:
        while line.recv(4096):
            pass


def main() -> None:
    if HOW == "nobody":
        time.sleep(600)
    port, password = join()
    while True:
        try:
            line = connect(port, password)
            live(line)
            line.close()
        except OSError:
            pass
        time.sleep(0.05)


main()
