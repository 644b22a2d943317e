"""The packets of MQTT 3.1.1 that ECO/1 needs, read strictly: all of a packet or none of it.

* PacketError       these bytes are no packet that may come here
  - LevelError      a CONNECT of another version of MQTT
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, NamedTuple, Protocol

LEVEL: Final = 4
"""MQTT 3.1.1."""

REFUSED: Final = b"\x20\x02\x00\x05"
"""CONNACK: not authorised."""

REFUSED_LEVEL: Final = b"\x20\x02\x00\x01"
REFUSED_LEVEL_5: Final = b"\x20\x03\x00\x84\x00"
"""CONNACK of MQTT 5: unsupported protocol version, so that the client tries 3.1.1."""

PING: Final = b"\xc0\x00"
PONG: Final = b"\xd0\x00"
DISCONNECT: Final = b"\xe0\x00"

CONNACK_REASONS: Final = {
    1: "it does not speak MQTT 3.1.1",
    2: "it does not like the client id",
    3: "it is not available",
    4: "user or password are wrong",
    5: "not authorised",
}
"""What the codes of a CONNACK mean."""

_HAS_USER, _HAS_PASSWORD, _WILL_RETAIN, _HAS_WILL, _IS_CLEAN = 0x80, 0x40, 0x20, 0x04, 0x02


class Kind(IntEnum):
    """The first half-byte of a packet."""

    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    PUBREC = 5
    PUBREL = 6
    PUBCOMP = 7
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    UNSUBACK = 11
    PINGREQ = 12
    PINGRESP = 13
    DISCONNECT = 14
    AUTH = 15


class PacketError(Exception):
    """These bytes are not a packet that may come here."""


class LevelError(PacketError):
    """A CONNECT of another version of MQTT; `level` says which."""

    def __init__(self, level: int) -> None:
        super().__init__(f"protocol level {level} is not {LEVEL}")
        self.level = level


class Source(Protocol):
    """Where bytes come from, such as an `asyncio.StreamReader`."""

    async def readexactly(self, n: int, /) -> bytes:
        """Return `n` bytes or raise `IncompleteReadError`."""


class Packet(NamedTuple):
    """A packet as it came: kind, the flags beside it, and what follows the length."""

    kind: int
    flags: int
    body: bytes


class Publish(NamedTuple):
    """A PUBLISH; `packet_id` is None at QoS 0."""

    topic: str
    packet_id: int | None
    payload: bytes


@dataclass(frozen=True, slots=True)
class Will:
    """What the broker says for a client that goes without a word."""

    topic: str
    payload: bytes
    qos: int


@dataclass(frozen=True, slots=True)
class Connect:
    """A CONNECT, as far as ECO/1 cares: nobody's session is kept, no will is retained."""

    user: str
    password: str = field(default="", repr=False)
    keepalive_s: int = 0
    will: Will | None = None


async def read_packet(source: Source, most_bytes: int) -> Packet:
    """Read the next packet.

    Raises:
        PacketError: It is larger than `most_bytes`, or its length is no MQTT length.
        IncompleteReadError: The other side has closed.
    """
    first = (await source.readexactly(1))[0]
    length = shift = 0
    while True:
        byte = (await source.readexactly(1))[0]
        length |= (byte & 0x7F) << shift
        if length > most_bytes:
            raise PacketError(f"a packet of more than {most_bytes} bytes")
        if byte < 0x80:
            break
        shift += 7
        if shift > 21:
            raise PacketError("the length takes more than four bytes")
    return Packet(first >> 4, first & 0x0F, await source.readexactly(length))


def encode(kind: int, flags: int, body: bytes) -> bytes:
    """Return a packet's bytes."""
    head, length = bytearray([kind << 4 | flags]), len(body)
    while True:
        length, byte = divmod(length, 128)
        head.append(byte | 0x80 if length else byte)
        if not length:
            return bytes(head) + body


def encode_connect(connect: Connect) -> bytes:
    """Return the bytes of a CONNECT whose client id is its user."""
    flags = _HAS_USER | _HAS_PASSWORD | _IS_CLEAN
    will = b""
    if connect.will is not None:
        flags |= _HAS_WILL | connect.will.qos << 3
        will = text(connect.will.topic) + sized(connect.will.payload)
    user = text(connect.user)
    head = text("MQTT") + struct.pack("!BBH", LEVEL, flags, connect.keepalive_s)
    return encode(Kind.CONNECT, 0, head + user + will + user + text(connect.password))


def parse_connect(packet: Packet) -> Connect:
    """Read a CONNECT.

    Raises:
        LevelError: Another version of MQTT.
        PacketError: No CONNECT, or one without user and password.
    """
    if packet.kind != Kind.CONNECT or packet.flags:
        raise PacketError("the first packet is no CONNECT")
    fields = Fields(packet.body)
    name, level = fields.text(), fields.byte()
    if name != "MQTT" or level != LEVEL:
        raise LevelError(level)
    flags, keepalive_s = fields.byte(), fields.number()
    if flags & 0x01 or not (flags & _HAS_USER and flags & _HAS_PASSWORD):
        raise PacketError("a CONNECT needs a user and a password")
    fields.text()
    will = _will(fields, flags) if flags & _HAS_WILL else None
    user, password = fields.text(), fields.text()
    fields.end()
    return Connect(user, password, keepalive_s, will)


def parse_publish(packet: Packet) -> Publish:
    """Read a PUBLISH at QoS 0 or 1; raises `PacketError`."""
    qos = packet.flags >> 1 & 3
    if qos > 1:
        raise PacketError("QoS 2 is not offered")
    fields = Fields(packet.body)
    topic = fields.text()
    packet_id = fields.packet_id() if qos else None
    return Publish(topic, packet_id, fields.rest())


def encode_publish(publish: Publish) -> bytes:
    """Return the bytes of a PUBLISH that is not retained."""
    if publish.packet_id is None:
        return encode(Kind.PUBLISH, 0, text(publish.topic) + publish.payload)
    identity = struct.pack("!H", publish.packet_id)
    return encode(Kind.PUBLISH, 2, text(publish.topic) + identity + publish.payload)


def publish_head(topic: str, size: int, packet_id: int = 0, *, is_retained: bool = False) -> bytes:
    """Return all of a PUBLISH that goes before its payload of `size` bytes; QoS 0 without an id."""
    where = topic.encode()
    first = 0x30 | is_retained | (2 if packet_id else 0)
    left = 2 + len(where) + size + (2 if packet_id else 0)
    lengths = bytearray()
    while left > 127:
        lengths.append(left & 127 | 128)
        left >>= 7
    lengths.append(left)
    number = packet_id.to_bytes(2) if packet_id else b""
    return bytes((first, *lengths)) + len(where).to_bytes(2) + where + number


def encode_subscribe(packet_id: int, wanted: Sequence[tuple[str, int]]) -> bytes:
    """Return the bytes of a SUBSCRIBE for topic filters with the QoS each."""
    filters = b"".join(text(topic) + bytes((qos,)) for topic, qos in wanted)
    return encode(Kind.SUBSCRIBE, 2, packet_id.to_bytes(2) + filters)


def encode_puback(packet_id: int) -> bytes:
    """Return the bytes of a PUBACK."""
    return encode(Kind.PUBACK, 0, struct.pack("!H", packet_id))


def check(packet: Packet) -> None:
    """Raise `PacketError` unless a client may send this after its CONNECT and all of it reads."""
    fields = Fields(packet.body)
    match packet.kind, packet.flags:
        case Kind.PUBLISH, _:
            parse_publish(packet)
            return
        case Kind.PUBACK, 0:
            fields.packet_id()
        case Kind.SUBSCRIBE, 2:
            _check_filters(fields, has_qos=True)
        case Kind.UNSUBSCRIBE, 2:
            _check_filters(fields, has_qos=False)
        case ((Kind.PINGREQ | Kind.DISCONNECT), 0):
            pass
        case _:
            raise PacketError(f"no packet of kind {packet.kind}, flags {packet.flags}, may come")
    fields.end()


def _check_filters(fields: "Fields", *, has_qos: bool) -> None:
    fields.packet_id()
    while True:
        if not fields.text():
            raise PacketError("an empty topic filter")
        if has_qos and fields.byte() > 2:
            raise PacketError("no such QoS")
        if fields.is_read:
            return


def _will(fields: "Fields", flags: int) -> Will:
    topic, payload = fields.text(), fields.sized()
    qos = flags >> 3 & 3
    if qos > 1:
        raise PacketError("QoS 2 is not offered")
    return Will(topic, payload, qos)


def sized(raw: bytes) -> bytes:
    """Return bytes with their length before them."""
    return struct.pack("!H", len(raw)) + raw


def text(words: str) -> bytes:
    """Return a text as it stands in a packet."""
    return sized(words.encode())


class Fields:
    """Reads the fields of a body one after the other; past its end is a `PacketError`."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._place = 0

    @property
    def is_read(self) -> bool:
        """Whether nothing is left."""
        return self._place == len(self._body)

    def take(self, count: int) -> bytes:
        """Return the next `count` bytes."""
        end = self._place + count
        if end > len(self._body):
            raise PacketError("a field reaches beyond its packet")
        taken, self._place = self._body[self._place : end], end
        return taken

    def byte(self) -> int:
        """Return the next byte."""
        return self.take(1)[0]

    def number(self, size: int = 2) -> int:
        """Return the number in the next `size` bytes."""
        return int.from_bytes(self.take(size), "big")

    def packet_id(self) -> int:
        """Return the number of a packet, which is not 0."""
        number = self.number()
        if number == 0:
            raise PacketError("packet id 0")
        return number

    def sized(self) -> bytes:
        """Return as many bytes as the two before them say."""
        return self.take(self.number())

    def text(self) -> str:
        """Return a text without null characters."""
        try:
            words = self.sized().decode()
        except UnicodeDecodeError as error:
            raise PacketError("text that is not UTF-8") from error
        if "\0" in words:
            raise PacketError("text with a null character")
        return words

    def rest(self) -> bytes:
        """Return all that is left."""
        return self.take(len(self._body) - self._place)

    def end(self) -> None:
        """Raise `PacketError` when something is left."""
        if not self.is_read:
            raise PacketError("bytes after the last field")
