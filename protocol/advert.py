"""Adverts: what a hub and a device tell of themselves by mDNS; hints that nobody has to believe.

The port of a hub's service is that of its API.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Self

from protocol.errors import Violation, ViolationError, printable
from protocol.ids import NAME, DeviceId, is_device_id
from protocol.version import PROTOCOL, check_peer

HUB_TYPE: Final = "_eco-hub._tcp.local."
DEVICE_TYPE: Final = "_eco-device._tcp.local."

MAX_KEYS: Final = 64
"""Most keys of a TXT record that is looked at."""

MAX_VALUE_BYTES: Final = 200
"""Longest value that is read (ECO-DISC-002)."""

Txt = Mapping[str, str] | Mapping[bytes, bytes | None]
"""A TXT record as read: from the wire bytes, where a key may have no value, or as text."""

_hub_id: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_path: Final = re.compile(r"(/[A-Za-z0-9._~-]+){1,8}")
_port: Final = re.compile(r"[1-9][0-9]{0,4}")
_name: Final = re.compile(NAME)


@dataclass(frozen=True, slots=True)
class HubAdvert:
    """What a hub tells: who it is, and where a device asks to be let in.

    Attributes:
        mqtt: Port of the broker; a hint for people, a device dials what its grant names.
        is_open: Whether the joining window is open.
        https: Port at which phones reach the API by https; None where there is none.
    """

    id: str
    mqtt: int
    is_open: bool = False
    https: int | None = None
    api: str = "/api/v1"
    version: str = str(PROTOCOL)

    def encode(self) -> dict[str, str]:
        """Return the keys and values of the TXT record."""
        told = {
            "id": self.id,
            "v": self.version,
            "api": self.api,
            "mqtt": str(self.mqtt),
            "join": "open" if self.is_open else "closed",
        }
        return told if self.https is None else {**told, "https": str(self.https)}

    @classmethod
    def decode(cls, txt: Txt) -> Self:
        """Read the TXT record of a hub.

        Raises:
            ViolationError: `ECO-DISC-002` when a key is missing or has another form,
                `ECO-VERSION-001` and `-002` for its version.
        """
        keys = _keys(txt)
        return cls(
            id=_matched(keys, "id", _hub_id),
            version=_version(keys),
            api=_matched(keys, "api", _path, default="/api/v1"),
            mqtt=_port_number(keys, "mqtt"),
            https=_port_number(keys, "https") if keys.get("https") else None,
            is_open=_choice(keys, "join", yes="open", no="closed"),
        )


@dataclass(frozen=True, slots=True)
class DeviceAdvert:
    """What a device tells: who it is, and whether it waits to be let in.

    Attributes:
        device_class: Key of `protocol.classes.CLASSES`, or empty.
        is_waiting: Whether it has no home and would join one.
    """

    id: DeviceId
    product: str
    device_class: str = ""
    is_waiting: bool = False
    version: str = str(PROTOCOL)

    def encode(self) -> dict[str, str]:
        """Return the keys and values of the TXT record."""
        join = "yes" if self.is_waiting else "no"
        return {
            "id": self.id,
            "v": self.version,
            "product": self.product,
            "class": self.device_class,
            "join": join,
        }

    @classmethod
    def decode(cls, txt: Txt) -> Self:
        """Read the TXT record of a device.

        Raises:
            ViolationError: `ECO-DISC-002` when a key is missing or has another form,
                `ECO-VERSION-001` and `-002` for its version.
        """
        keys = _keys(txt)
        own_id = _required(keys, "id")
        if not is_device_id(own_id):
            detail = "a device id is 8 to 64 of a-z, 0-9 and -, neither first nor last a -"
            raise _refused("id", own_id, detail)
        product = keys.get("product", "")
        if not product.isprintable() or len(product) > 64:
            raise _refused("product", product, "a product is at most 64 printable characters")
        device_class = keys.get("class", "")
        if device_class and _name.fullmatch(device_class) is None:
            raise _refused("class", device_class, "a class is lower case with underscores")
        return cls(
            id=DeviceId(own_id),
            version=_version(keys),
            product=product,
            device_class=device_class,
            is_waiting=_choice(keys, "join", yes="yes", no="no"),
        )


_KNOWN: Final = frozenset({"id", "v", "api", "mqtt", "https", "join", "product", "class"})


def _keys(txt: Txt) -> dict[str, str]:
    """Return the known keys; of a key that stands twice the first counts (RFC 6763, 6.4)."""
    if len(txt) > MAX_KEYS:
        raise _refused("txt", "", f"{len(txt)} keys, limit {MAX_KEYS}")
    found: dict[str, str] = {}
    for raw_key, raw_value in txt.items():
        key = (raw_key if isinstance(raw_key, str) else raw_key.decode("ascii", "replace")).lower()
        if key in _KNOWN and key not in found:
            found[key] = _text(key, raw_value or "")
    return found


def _text(key: str, value: str | bytes) -> str:
    raw = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
    if len(raw) > MAX_VALUE_BYTES:
        raise _refused(key, "", f"{len(raw)} bytes, limit {MAX_VALUE_BYTES}")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        sample = raw[error.start : error.start + 8].hex(" ")
        raise _refused(key, sample, f"not UTF-8: {error.reason}") from None


def _required(keys: Mapping[str, str], key: str) -> str:
    value = keys.get(key, "")
    if not value:
        raise _refused(key, "", "the key is missing or empty")
    return value


def _matched(
    keys: Mapping[str, str], key: str, form: re.Pattern[str], default: str | None = None
) -> str:
    value = _required(keys, key) if default is None else keys.get(key) or default
    if form.fullmatch(value) is None:
        raise _refused(key, value, f"it has to match {form.pattern}")
    return value


def _version(keys: Mapping[str, str]) -> str:
    try:
        return str(check_peer(_required(keys, "v")))
    except ViolationError as error:
        raise ViolationError(replace(error.violation, path="v")) from None


def _port_number(keys: Mapping[str, str], key: str) -> int:
    value = _matched(keys, key, _port)
    if int(value) > 65_535:
        raise _refused(key, value, "a port is 1 to 65535")
    return int(value)


def _choice(keys: Mapping[str, str], key: str, *, yes: str, no: str) -> bool:
    value = keys.get(key) or no
    if value not in {yes, no}:
        raise _refused(key, value, f"it is {yes} or {no}")
    return value == yes


def _refused(key: str, sample: str, detail: str) -> ViolationError:
    return ViolationError(Violation("ECO-DISC-002", key, printable(sample), detail))
