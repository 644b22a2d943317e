"""The packets of a broker, for MQTT 3.1.1 and 5, as right or wrong as a scenario wants them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from certification.transcript.packets import DUP, MQTT_5, RETAIN
from certification.transcript.properties import Properties, encode_properties
from protocol.mqtt import Kind, encode, text

PINGRESP: Final = b"\xd0\x00"

_CODE_5: Final = {1: 0x84, 2: 0x85, 3: 0x88, 4: 0x86, 5: 0x87}
_CODE_3: Final = {code_5: code_3 for code_3, code_5 in _CODE_5.items()} | {0x8A: 5, 0x8C: 5}
_UNAVAILABLE: Final = 3


@dataclass(frozen=True, slots=True)
class Message:
    """A PUBLISH that shall go out."""

    topic: str
    payload: bytes
    qos: int = 1
    retain: bool = False
    dup: bool = False
    properties: Properties = field(default_factory=dict)


def connack(level: int, code: int, properties: Properties | None = None) -> bytes:
    """Return a CONNACK; a `code` of the other version is put into that of `level`."""
    body = bytes((0, refusal(level, code)))
    return encode(Kind.CONNACK, 0, body + _properties(level, properties or {}))


def refusal(level: int, code: int) -> int:
    """Return the code of a CONNACK at `level`, from the code of either version."""
    if level == MQTT_5:
        return _CODE_5.get(code, code)
    return _CODE_3.get(code, _UNAVAILABLE) if code >= 0x80 else code


def puback(level: int, packet_id: int, code: int = 0) -> bytes:
    """Return a PUBACK; MQTT 3.1.1 has no codes."""
    said = bytes((code,)) if code and level == MQTT_5 else b""
    return encode(Kind.PUBACK, 0, packet_id.to_bytes(2) + said)


def suback(level: int, packet_id: int, codes: Sequence[int]) -> bytes:
    """Return a SUBACK with a code for each filter."""
    return encode(Kind.SUBACK, 0, packet_id.to_bytes(2) + _properties(level, {}) + bytes(codes))


def unsuback(level: int, packet_id: int, count: int) -> bytes:
    """Return the UNSUBACK for `count` filters."""
    said = _properties(level, {}) + bytes(count) if level == MQTT_5 else b""
    return encode(Kind.UNSUBACK, 0, packet_id.to_bytes(2) + said)


def publish(level: int, message: Message, packet_id: int | None) -> bytes:
    """Return a PUBLISH; `packet_id` is None at QoS 0."""
    flags = DUP * message.dup | message.qos << 1 | RETAIN * message.retain
    number = b"" if packet_id is None else packet_id.to_bytes(2)
    head = text(message.topic) + number + _properties(level, message.properties)
    return encode(Kind.PUBLISH, flags, head + message.payload)


def disconnect(code: int) -> bytes:
    """Return a DISCONNECT of the server, which MQTT 5 alone has."""
    return encode(Kind.DISCONNECT, 0, bytes((code, 0)))


def _properties(level: int, properties: Properties) -> bytes:
    return encode_properties(properties) if level == MQTT_5 else b""
