"""MQTT 3.1.1, as much of it as ECO/1 wants of a device, and no wait without an end."""

import select
import socket
import struct
import time

PATIENCE_S = 5
LONGEST = 16_384 + 256
"""Longest packet that is kept, in bytes: a payload of ECO/1 and its topic."""

ROOM = memoryview(bytearray(LONGEST))
"""Where packets are received, one after the other: a heap in pieces has no such room later on."""


class Link:
    """A connection to a broker.

    Each method raises OSError when the connection has ended, or nothing is answered any more.

    Attributes:
        is_subscribed: Whether the broker has acknowledged what was asked for.
        unacked: Packet ids of what was published with QoS 1 and has no PUBACK yet.
    """

    def __init__(self, host, port, keepalive_s):
        self.keepalive_s = keepalive_s
        self.socket = socket.socket()
        self.socket.settimeout(PATIENCE_S)
        self.socket.connect(socket.getaddrinfo(host, port)[0][-1])
        self.socket.setsockopt(6, 1, 1)  # TCP_NODELAY
        self.poll = select.poll()
        self.poll.register(self.socket, select.POLLIN)
        self.is_subscribed, self.unacked, self.packet_id = False, set(), 0
        self.heard_ms = self.pinged_ms = time.ticks_ms()

    def open(self, user, password, will_topic, will):
        """Introduce the device, with a will of QoS 1 that is retained; wait until it is let in."""
        head = text("MQTT") + struct.pack("!BBH", 4, 0xEE, self.keepalive_s)
        names = (user, will_topic, will, user, password)
        self.send(0x10, head + b"".join([text(name) for name in names]))
        kind, answer = self.receive()
        if kind != 0x20 or answer[1] != 0:
            raise OSError(f"the broker does not let us in: {answer[1]}")

    def subscribe(self, topics):
        self.packet_id += 1
        wishes = b"".join([text(topic) + b"\x01" for topic in topics])
        self.send(0x82, struct.pack("!H", self.packet_id) + wishes)

    def publish(self, topic, payload, qos, is_kept):
        body = text(topic)
        if qos:
            self.packet_id = self.packet_id % 0xFFFF + 1
            self.unacked.add(self.packet_id)
            body += struct.pack("!H", self.packet_id)
        self.send(0x30 | qos << 1 | is_kept, body + payload)

    def step(self, wait_ms):
        """Wait so long for a message; return its topic, payload and retain flag, or None.

        The payload lies in `ROOM`, until the next step.
        """
        now = time.ticks_ms()
        if time.ticks_diff(now, self.pinged_ms) > self.keepalive_s * 500:
            self.pinged_ms = now
            self.send(0xC0, b"")
        if time.ticks_diff(now, self.heard_ms) > self.keepalive_s * 1500:
            raise OSError("the broker is silent")
        if not self.poll.poll(wait_ms):
            return None
        kind, body = self.receive()
        self.heard_ms = time.ticks_ms()
        if kind == 0x90:
            self.is_subscribed = True
        elif kind == 0x40:
            self.unacked.discard(struct.unpack("!H", body)[0])
        elif kind & 0xF0 == 0x30 and body:
            return self.message(kind, body)
        return None

    def message(self, kind, body):
        end = 2 + struct.unpack("!H", body[:2])[0]
        topic, payload = str(body[2:end], "utf8"), body[end:]
        if kind & 0x06:
            self.send(0x40, bytes(payload[:2]))
            payload = payload[2:]
        return topic, payload, bool(kind & 1)

    def disconnect(self):
        self.send(0xE0, b"")

    def close(self):
        self.socket.close()

    def send(self, kind, body):
        length, size = len(body), b""
        while length > 127:
            size += bytes([length & 127 | 128])
            length >>= 7
        self.socket.write(bytes([kind]) + size + bytes([length]) + body)

    def receive(self):
        """Return the next packet, in `ROOM`; what is too long for ECO/1 without its body."""
        kind, length, shift = self.read(1)[0], 0, 0
        while True:
            byte = self.read(1)[0]
            length |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
        if length <= LONGEST:
            return kind, self.read(length)
        while length:
            length -= len(self.read(min(length, 1024)))
        return kind, ROOM[:0]

    def read(self, count):
        if self.socket.readinto(ROOM[:count]) != count:
            raise OSError("the broker has hung up")
        return ROOM[:count]


def text(words):
    found = words if isinstance(words, bytes) else words.encode()
    return struct.pack("!H", len(found)) + found
