"""MQTT 3.1.1 and 5 as a recorder reads them: every byte is kept, whatever can be read is said."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from certification.transcript.properties import read_properties
from protocol.mqtt import Fields, Kind, PacketError

MQTT_3, MQTT_5 = 4, 5
"""Protocol levels: that of MQTT 3.1.1, and that of MQTT 5."""

BROKEN: Final = "BROKEN"
"""Type of what cannot be read."""

LONGEST: Final = 268_435_460
"""No packet is longer: five bytes of head, and what their length can say."""

_HAS_USER, _HAS_PASSWORD, _WILL_RETAIN, _HAS_WILL, _IS_CLEAN = 0x80, 0x40, 0x20, 0x04, 0x02
DUP, RETAIN = 0x08, 0x01
"""Flags of a PUBLISH."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A packet as it came.

    Attributes:
        type: `CONNECT`, ..., or `BROKEN`.
        fields: What it says, as JSON; the password is a row of `*`.
        raw: All its bytes, the password overwritten at the same length.
        password: That of a CONNECT.
        payload: That of a PUBLISH.
    """

    type: str
    fields: Mapping[str, Any]
    raw: bytes
    password: bytes | None = field(default=None, repr=False)
    payload: bytes = b""


class Splitter:
    """Cuts a stream into packets.

    Args:
        most_bytes: A packet that says it is longer is an error.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._buffer = bytearray()

    @property
    def rest(self) -> bytes:
        """What has come of a packet that is not whole."""
        return bytes(self._buffer)

    def feed(self, data: bytes) -> None:
        """Take in what has come."""
        self._buffer += data

    def next(self) -> bytes | None:
        """Return the next whole packet, or None when it is not there yet.

        Raises:
            PacketError: What comes next is no packet, or one that is too long; it stays in `rest`.
        """
        length, size = 0, len(self._buffer)
        for place in range(1, min(size, 5)):
            byte = self._buffer[place]
            length |= (byte & 0x7F) << 7 * (place - 1)
            if byte < 0x80:
                return self._cut(place + 1 + length)
        if size >= 5:
            raise PacketError("the length takes more than four bytes")
        return None

    def _cut(self, end: int) -> bytes | None:
        if end > self._most_bytes:
            raise PacketError(f"a packet of {end} bytes; at most {self._most_bytes} are read")
        if len(self._buffer) < end:
            return None
        raw = bytes(self._buffer[:end])
        del self._buffer[:end]
        return raw


def decode(raw: bytes, level: int) -> Decoded:
    """Say what a packet says, on a connection of protocol level `level`.

    Nothing is raised: what cannot be read is `BROKEN`, and its fields say why.
    """
    try:
        return _decode(raw, level)
    except PacketError as error:
        return broken(raw, str(error))


def _decode(raw: bytes, level: int) -> Decoded:
    whole = Splitter(LONGEST)
    whole.feed(raw)
    if whole.next() is None or whole.rest:
        raise PacketError("not the length that it says")
    head = 1 + next(n for n, byte in enumerate(raw[1:], 1) if byte < 0x80)
    kind, flags, fields = raw[0] >> 4, raw[0] & 0x0F, Fields(raw[head:])
    if kind != Kind.PUBLISH and flags != _FLAGS.get(kind, 0):
        raise PacketError(f"a packet of kind {kind} with flags {flags}")
    if kind == Kind.CONNECT:
        return _connect(raw, fields)
    reader = _READERS.get(kind)
    if reader is None:
        raise PacketError("there is no packet of kind 0")
    said = reader(fields, flags, level)
    fields.end()
    payload = said.pop("raw_payload", b"")
    return Decoded(Kind(kind).name, said, raw, payload=payload)


def broken(raw: bytes, why: str) -> Decoded:
    """Return what is told of bytes that cannot be read; of a CONNECT only the beginning is kept."""
    kept = raw
    if raw[:1] == b"\x10":
        kept = raw[:12] + b"*" * len(raw[12:])
    return Decoded(BROKEN, {"why": why}, kept)


def _connect(raw: bytes, fields: Fields) -> Decoded:
    name, level = fields.text(), fields.byte()
    said: dict[str, Any] = {"protocol": name, "level": level}
    if (name, level) not in {("MQTT", MQTT_3), ("MQTT", MQTT_5), ("MQIsdp", 3)}:
        return Decoded("CONNECT", said, broken(raw, "").raw)
    bits = fields.byte()
    if bits & 0x01:
        raise PacketError("CONNECT with its reserved flag")
    said |= {"clean": bool(bits & _IS_CLEAN), "keepalive_s": fields.number()}
    said |= _maybe_properties(fields, level)
    said |= {"client_id": fields.text(), "user": None}
    if bits & _HAS_WILL:
        said["will"] = _will(fields, bits, level)
    if bits & _HAS_USER:
        said["user"] = fields.text()
    password = fields.sized() if bits & _HAS_PASSWORD else None
    fields.end()
    if password is not None:
        said["password"] = "*" * len(password)
        raw = raw[: len(raw) - len(password)] + b"*" * len(password)
    return Decoded("CONNECT", said, raw, password)


def _will(fields: Fields, bits: int, level: int) -> dict[str, Any]:
    said = _maybe_properties(fields, level)
    topic, payload = fields.text(), fields.sized()
    qos, retain = bits >> 3 & 3, bool(bits & _WILL_RETAIN)
    return {"topic": topic, "qos": qos, "retain": retain, **_payload(payload), **said}


def _maybe_properties(fields: Fields, level: int) -> dict[str, Any]:
    found = read_properties(fields) if level == MQTT_5 else {}
    return {"properties": found} if found else {}


def _payload(payload: bytes) -> dict[str, Any]:
    try:
        words: str | None = payload.decode()
    except UnicodeDecodeError:
        words = None
    return {"payload": words, "bytes": len(payload)}


def _publish(fields: Fields, flags: int, level: int) -> dict[str, Any]:
    qos = flags >> 1 & 3
    if qos == 3:
        raise PacketError("there is no QoS 3")
    topic = fields.text()
    number = {"packet_id": fields.packet_id()} if qos else {}
    said = _maybe_properties(fields, level)
    payload = fields.rest()
    marks = {"qos": qos, "retain": bool(flags & RETAIN), "dup": bool(flags & DUP)}
    return {"topic": topic, **marks, **number, **_payload(payload), **said, "raw_payload": payload}


def _connack(fields: Fields, _flags: int, level: int) -> dict[str, Any]:
    said = {"session_present": bool(fields.byte() & 1), "code": fields.byte()}
    return {**said, **_maybe_properties(fields, level)}


def _answer(fields: Fields, _flags: int, level: int) -> dict[str, Any]:
    return {"packet_id": fields.packet_id(), **_reason(fields, level)}


def _reason(fields: Fields, level: int) -> dict[str, Any]:
    """Read a code and properties, both of which MQTT 5 may leave out."""
    if level != MQTT_5 or fields.is_read:
        return {}
    code = fields.byte()
    return {"code": code, **({} if fields.is_read else _maybe_properties(fields, level))}


def _subscribe(fields: Fields, _flags: int, level: int) -> dict[str, Any]:
    said = {"packet_id": fields.packet_id(), **_maybe_properties(fields, level)}
    filters: list[dict[str, Any]] = []
    while not filters or not fields.is_read:
        topic, options = fields.text(), fields.byte()
        filters.append({"filter": topic, "qos": options & 3, "options": options})
    return {**said, "filters": filters}


def _unsubscribe(fields: Fields, _flags: int, level: int) -> dict[str, Any]:
    said = {"packet_id": fields.packet_id(), **_maybe_properties(fields, level)}
    filters: list[str] = []
    while not filters or not fields.is_read:
        filters.append(fields.text())
    return {**said, "filters": filters}


def _codes(fields: Fields, _flags: int, level: int) -> dict[str, Any]:
    said = {"packet_id": fields.packet_id(), **_maybe_properties(fields, level)}
    return {**said, "codes": list(fields.rest())}


def _bare(_fields: Fields, _flags: int, _level: int) -> dict[str, Any]:
    return {}


def _last(fields: Fields, _flags: int, level: int) -> dict[str, Any]:
    return _reason(fields, level)


_FLAGS: Final[Mapping[int, int]] = {Kind.PUBREL: 2, Kind.SUBSCRIBE: 2, Kind.UNSUBSCRIBE: 2}
_READERS: Final[Mapping[int, Callable[[Fields, int, int], dict[str, Any]]]] = {
    Kind.CONNACK: _connack,
    Kind.PUBLISH: _publish,
    Kind.PUBACK: _answer,
    Kind.PUBREC: _answer,
    Kind.PUBREL: _answer,
    Kind.PUBCOMP: _answer,
    Kind.SUBSCRIBE: _subscribe,
    Kind.SUBACK: _codes,
    Kind.UNSUBSCRIBE: _unsubscribe,
    Kind.UNSUBACK: _codes,
    Kind.PINGREQ: _bare,
    Kind.PINGRESP: _bare,
    Kind.DISCONNECT: _last,
    Kind.AUTH: _last,
}
