"""Names commands, waits for their end and finds them."""

import secrets

from hub.core.records import CommandRecord
from hub.home import Home
from protocol.ids import CommandId


def new_id() -> CommandId:
    """Return an id for a command whose client gave it none."""
    return CommandId(secrets.token_hex(12))


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
