"""The files that a mosquitto run by the hub reads: configuration, users, rights.

All of them are made anew at each start and hold nothing that the hub does not know better. Paths in
them are relative: mosquitto is started inside the folder, so that it can give up root although it
could not find its way through the folders above.
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hub.broker.rights import acl_lines

CONFIGURATION: Final = "mosquitto.conf"
PASSWORDS: Final = "passwords"
RIGHTS: Final = "rights"
PID: Final = "mosquitto.pid"

MESSAGE_BYTES: Final = 65_536
"""Larger payloads are dropped. Four times what ECO/1 allows, so that the hub still sees, counts
and answers what is only a little too large (ECO-CODEC-001)."""

PACKET_BYTES: Final = 131_072
"""A client that sends a larger packet is cut off."""

QUEUE_BYTES: Final = 33_554_432
"""QoS 1 messages that may wait for one client. Only the hub hears enough to get near."""

QUEUE_MESSAGES: Final = 100_000
"""QoS 0 messages that may wait for one client as well: 20,000 reports at once are none too many."""

MEMORY_BYTES: Final = 268_435_456
"""Of all clients together. QoS 0 messages have no limit in bytes (measured with 2.0.11: 662 MB for
42,000 of 16 kB); beyond this one the client that publishes is cut off."""

INFLIGHT_MESSAGES: Final = 100
"""QoS 1 messages on their way to one client; the default of 20 makes a burst wait for PUBACKs."""


@dataclass(frozen=True, slots=True)
class Listener:
    """What of the configuration is not the same everywhere.

    Attributes:
        host: Address to bind.
        is_audited: Whether denied publishes are written to the log. They come at level debug alone,
            which writes two lines for every other message too.
    """

    host: str
    port: int
    is_audited: bool = False


def configuration(listener: Listener) -> str:
    """Return the text of mosquitto.conf."""
    log_types = ["error", "warning", "information", *(["debug"] if listener.is_audited else [])]
    lines = [
        "# Made by ecohub at each start; changes here are lost.",
        "per_listener_settings false",
        f"listener {listener.port} {listener.host}",
        "max_qos 1",
        "use_username_as_clientid true",
        "allow_anonymous false",
        "allow_zero_length_clientid false",
        f"password_file {PASSWORDS}",
        f"acl_file {RIGHTS}",
        "set_tcp_nodelay true",
        "persistence false",
        "persistent_client_expiration 1h",
        "sys_interval 0",
        f"message_size_limit {MESSAGE_BYTES}",
        f"max_packet_size {PACKET_BYTES}",
        f"max_inflight_messages {INFLIGHT_MESSAGES}",
        f"max_queued_messages {QUEUE_MESSAGES}",
        f"max_queued_bytes {QUEUE_BYTES}",
        f"memory_limit {MEMORY_BYTES}",
        "log_dest stderr",  # what goes to stdout waits in a buffer, up to 4 KiB of it
        "log_timestamp false",
        "connection_messages false",
        *(f"log_type {kind}" for kind in log_types),
    ]
    return "\n".join(lines) + "\n"


def passwords(users: Mapping[str, str]) -> str:
    """Return the text of the password file, from hash by user."""
    return "".join(f"{user}:{stored}\n" for user, stored in sorted(users.items()))


def rights(hub_user: str) -> str:
    """Return the text of the rights file."""
    return "\n".join(acl_lines(hub_user)) + "\n"


def write(folder: Path, name: str, text: str, reader: int | None = None) -> None:
    """Put `text` into a file of the folder, at once or not at all, for nobody else's eyes.

    Args:
        folder: Made when it is not there.
        name: The file's.
        text: What it shall hold.
        reader: Group that may read it, for a mosquitto that has given up root. It may not write:
            the hub, as root, would follow what another user had put in its way.

    Raises:
        OSError: The folder cannot be written.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / f".{name}.new"
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "w") as file:
        if reader is None:
            folder.chmod(0o700)
        else:
            os.chown(folder, 0, reader)
            folder.chmod(0o710)
            os.fchown(handle, 0, reader)
            os.fchmod(handle, 0o640)
        file.write(text)
    draft.replace(folder / name)
