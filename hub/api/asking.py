"""How a client's wish becomes a command, the same over HTTP and over the stream."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from hub.core.commands import CommandRequest
from hub.core.records import CommandRecord
from hub.home import Home
from protocol.ids import Address, CommandId, DeviceId
from protocol.messages import Scalar


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client wants of a device.

    Attributes:
        scope: Public id of the client's token.
        action: None for a set; then `values` are its properties, else its arguments.
        client_id: The client's own id for it, if it gave one.
        expires_in_s: How long it may wait; None for what suits the device.
    """

    scope: str
    device: str
    values: Mapping[str, Scalar]
    action: str | None = None
    client_id: str | None = None
    expires_in_s: float | None = None


async def ask(home: Home, wish: Wish) -> CommandRecord:
    """Return the command that a wish has become, durable.

    Raises:
        RequestError: It cannot be carried out.
        StoreError: It could not be made durable, so it was not done.
    """
    return await home.command(
        CommandRequest(
            device=DeviceId(wish.device),
            scope=wish.scope,
            command_id=CommandId(secrets.token_hex(12)),
            values=wish.values,
            action=None if wish.action is None else Address(wish.action),
            client_id=wish.client_id,
            ttl_s=wish.expires_in_s,
        )
    )


async def ended(home: Home, record: CommandRecord, wait_s: float) -> CommandRecord:
    """Return a command once it has ended, or as it is after `wait_s`."""
    if record.is_final or wait_s <= 0:
        return record
    try:
        return await home.finished(record.id, wait_s)
    except KeyError:  # its device has left the home meanwhile
        return record


def find(home: Home, scope: str, command: str) -> CommandRecord | None:
    """Return a command of this scope by the client's id for it, or by its id on the wire."""
    commands = home.hub.commands
    found = commands.find(scope, command) or commands.get(CommandId(command))
    return found if found is not None and found.scope == scope else None
