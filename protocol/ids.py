"""Identifiers of ECO/1: how devices, addresses, commands and products are named."""

import re
from typing import Annotated, Final, NewType

from pydantic import StringConstraints

DEVICE_ID: Final = r"[a-z0-9][a-z0-9-]{6,62}[a-z0-9]"
"""8 to 64 characters; no MQTT wildcard, level separator or upper case can occur (ECO-TOPIC-002)."""

NAME: Final = r"(?:[a-z][a-z0-9_]{0,31}:)?[a-z][a-z0-9_]{0,31}"
"""One part of an address; `vendor:name` puts it into a vendor's namespace (ECO-SPEC-003)."""

ADDRESS: Final = rf"{NAME}\.{NAME}"
"""`service.property`, `service.action` or `service.event`."""

COMMAND_ID: Final = r"[A-Za-z0-9][A-Za-z0-9._:-]{0,95}"

SHA256: Final = r"[0-9a-f]{64}"

DeviceId = NewType("DeviceId", str)
"""Stable for the life of the hardware; equals MQTT user name and client id."""

Address = NewType("Address", str)
"""`service.property`, the same in wire, API and app."""

CommandId = NewType("CommandId", str)
"""Names one command from the phone to the device and back."""

AddressText = Annotated[str, StringConstraints(pattern=rf"^{ADDRESS}$", max_length=131)]
CommandIdText = Annotated[str, StringConstraints(pattern=rf"^{COMMAND_ID}$")]
NameText = Annotated[str, StringConstraints(pattern=rf"^{NAME}$", max_length=65)]
Sha256Text = Annotated[str, StringConstraints(pattern=rf"^{SHA256}$")]

LEAVES: Final = frozenset(
    {"announce", "presence", "state", "event", "ack", "spec", "command", "verdict", "update"}
)

RESERVED: Final = LEAVES | {"hub", "birth"}
"""Words that no device and no child may take as its id (ECO-TOPIC-003)."""

_device_id = re.compile(DEVICE_ID)


def is_device_id(text: str) -> bool:
    """Say whether `text` is a well-formed device id that is not a reserved word."""
    return _device_id.fullmatch(text) is not None and text not in RESERVED
