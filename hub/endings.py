"""Who waits for commands to end."""

import asyncio
import logging

from hub.core.commands import Commands
from protocol.ids import CommandId

_log = logging.getLogger(__name__)


class Endings:
    """Lets callers wait until a command has ended."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands
        self._waiters: dict[CommandId, list[asyncio.Future[None]]] = {}

    async def wait(self, command: CommandId, timeout_s: float) -> None:
        """Return once a command that is open has ended, or after `timeout_s`."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.setdefault(command, []).append(waiter)
        try:
            await asyncio.wait_for(waiter, timeout_s)
        except TimeoutError:
            _log.debug("command %s is still open after %s s", command, timeout_s)
        finally:
            self._forget(command, waiter)

    def take(self, command: CommandId) -> None:
        """Take in that the receipt of a command has changed."""
        if command not in self._waiters:
            return
        record = self._commands.get(command)
        if record is None or record.is_final:
            for waiter in self._waiters.pop(command, ()):
                if not waiter.done():
                    waiter.set_result(None)

    def _forget(self, command: CommandId, waiter: asyncio.Future[None]) -> None:
        waiters = self._waiters.get(command, [])
        if waiter in waiters:
            waiters.remove(waiter)
        if not waiters:
            self._waiters.pop(command, None)
