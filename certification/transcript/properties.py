"""The properties of MQTT 5: what stands between the head of a packet and its content."""

import struct
from collections.abc import Mapping, Sequence
from typing import Final, Literal, NamedTuple

from protocol.mqtt import Fields, PacketError, sized, text

Form = Literal["byte", "two", "four", "variable", "text", "binary", "pair"]
Value = int | str | Sequence[int | Sequence[str]]
Properties = Mapping[str, Value]
"""By name; `user_property` holds pairs, `subscription_identifier` numbers, binary ones hex."""


class _Property(NamedTuple):
    number: int
    name: str
    form: Form


_ALL: Final = (
    _Property(1, "payload_format", "byte"),
    _Property(2, "message_expiry_s", "four"),
    _Property(3, "content_type", "text"),
    _Property(8, "response_topic", "text"),
    _Property(9, "correlation_data", "binary"),
    _Property(11, "subscription_identifier", "variable"),
    _Property(17, "session_expiry_s", "four"),
    _Property(18, "assigned_client_id", "text"),
    _Property(19, "server_keepalive_s", "two"),
    _Property(21, "authentication_method", "text"),
    _Property(22, "authentication_data", "binary"),
    _Property(23, "request_problem_information", "byte"),
    _Property(24, "will_delay_s", "four"),
    _Property(25, "request_response_information", "byte"),
    _Property(26, "response_information", "text"),
    _Property(28, "server_reference", "text"),
    _Property(31, "reason", "text"),
    _Property(33, "receive_maximum", "two"),
    _Property(34, "topic_alias_maximum", "two"),
    _Property(35, "topic_alias", "two"),
    _Property(36, "maximum_qos", "byte"),
    _Property(37, "retain_available", "byte"),
    _Property(38, "user_property", "pair"),
    _Property(39, "maximum_packet_bytes", "four"),
    _Property(40, "wildcard_available", "byte"),
    _Property(41, "subscription_identifiers_available", "byte"),
    _Property(42, "shared_available", "byte"),
)
_BY_NUMBER: Final = {each.number: each for each in _ALL}
_BY_NAME: Final = {each.name: each for each in _ALL}
_SIZES: Final = {"byte": 1, "two": 2, "four": 4}


def read_properties(fields: Fields) -> dict[str, Value]:
    """Read the properties that come next.

    Raises:
        PacketError: One is unknown, stands twice or reaches beyond the others' end.
    """
    inner = Fields(fields.take(read_variable(fields)))
    found: dict[str, Value] = {}
    while not inner.is_read:
        number = read_variable(inner)
        known = _BY_NUMBER.get(number)
        if known is None:
            raise PacketError(f"there is no property {number}")
        _add(found, known, inner)
    return found


def read_variable(fields: Fields) -> int:
    """Read a number of one to four bytes; raises `PacketError` when it takes more."""
    value = 0
    for shift in (0, 7, 14, 21):
        byte = fields.byte()
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value
    raise PacketError("a number takes more than four bytes")


def encode_variable(value: int) -> bytes:
    """Return a number in as few bytes as it takes."""
    raw = bytearray()
    while True:
        value, byte = divmod(value, 128)
        raw.append(byte | 0x80 if value else byte)
        if not value:
            return bytes(raw)


def encode_properties(properties: Properties) -> bytes:
    """Return properties with their length before them; raises KeyError for an unknown name."""
    inner = b"".join(_encode(_BY_NAME[name], value) for name, value in properties.items())
    return encode_variable(len(inner)) + inner


def _add(found: dict[str, Value], known: _Property, fields: Fields) -> None:
    before = found.get(known.name, [])
    if not isinstance(before, list):
        raise PacketError(f"the property {known.name} stands twice")
    match known.form:
        case "pair":
            found[known.name] = [*before, [fields.text(), fields.text()]]
        case "variable":
            found[known.name] = [*before, read_variable(fields)]
        case "text":
            found[known.name] = fields.text()
        case "binary":
            found[known.name] = fields.sized().hex()
        case form:
            found[known.name] = fields.number(_SIZES[form])


def _encode(known: _Property, value: Value) -> bytes:
    head = encode_variable(known.number)
    match value:
        case str() if known.form == "binary":
            return head + sized(bytes.fromhex(value))
        case str():
            return head + text(value)
        case int():
            return head + struct.pack("!I", value)[-_SIZES[known.form] :]
    return b"".join(head + _one(item) for item in value)


def _one(item: int | Sequence[str]) -> bytes:
    return encode_variable(item) if isinstance(item, int) else text(item[0]) + text(item[1])
