"""A broker that somebody else runs: the hub logs in there, and tells it of devices by a command.

The hub writes no rights there. A device needs those that `hub.broker.rights` gives it, no more.
"""

import asyncio
import json
import os
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from drivers.contract import BrokerAccess
from hub.broker.contract import BrokerState, Login, ProvisionError
from hub.broker.probe import ask, knock
from hub.broker.standing import Standing
from hub.sayings import Saying, say
from protocol.ids import DeviceId

ASK_S: Final = 5.0
ASK_PAUSE_S: Final = 15.0
TROUBLED_PAUSE_S: Final = 2.0
COMMAND_S: Final = 10.0
_SAID: Final = 200


class ExternalBroker:
    """The broker at `place` (host, port), asked now and then whether it lets the hub in."""

    def __init__(
        self, place: tuple[str, int], login: Login, command: Sequence[str], *, is_tls: bool
    ) -> None:
        self._host, self._port = place
        self._login = login
        self._command = tuple(command)
        self._is_tls = is_tls
        serving = say("external-serves", host=self._host)
        self._standing = Standing("external", self._host, self._port, serving)

    @property
    def access(self) -> BrokerAccess:
        """Where and as whom the settings say."""
        user, password = self._login.user, self._login.password
        return BrokerAccess(self._host, self._port, user, password, self._is_tls)

    @property
    def state(self) -> BrokerState:
        """How it is."""
        return self._standing.state

    @property
    def denied(self) -> Mapping[str, int]:
        """Nothing: only its owner can know."""
        return {}

    async def run(self) -> None:
        """Ask until cancelled."""
        while True:
            problem = await self._ask()
            self._standing.tell(None if problem is None else self._explain(problem))
            await asyncio.sleep(ASK_PAUSE_S if problem is None else TROUBLED_PAUSE_S)

    async def wait_ready(self, timeout_s: float) -> bool:
        """Wait until it lets the hub in."""
        return await self._standing.wait_ready(timeout_s)

    def set_credentials(self, credentials: Mapping[DeviceId, str]) -> None:
        """Do nothing: hashes mean nothing to another's broker; `provision` tells it."""

    async def provision(self, device: DeviceId, password: str | None) -> None:
        """Run the command of the settings; the device and its password go to its standard input.

        It gets one line of JSON, `{"action": "add", "device": ..., "password": ...}` or
        `{"action": "remove", "device": ...}`, and says by exit code 0 that it is done.
        """
        if not self._command:
            raise ProvisionError(
                f"nobody creates the user {device} at the broker {self._host}",
                "set [broker] provision_command to a program that does, or let the hub run its own"
                ' mosquitto ([broker] kind = "auto")',
            )
        action = "remove" if password is None else "add"
        order = {"action": action, "device": device}
        if password is not None:
            order["password"] = password
        await self._order(json.dumps(order).encode() + b"\n", device)

    async def _order(self, line: bytes, device: DeviceId) -> None:
        remedy = (
            f"run {self._command[0]} by hand with a line such as"
            ' {"action": "add", "device": "plug-0001", "password": "..."} on its standard input'
        )
        order = _readable(line)
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command, stdin=order, stdout=DEVNULL, stderr=PIPE
            )
        except OSError as error:
            detail = f"{self._command[0]} cannot be run: {error.strerror or error}"
            raise ProvisionError(detail, "check [broker] provision_command") from error
        finally:
            os.close(order)
        try:
            async with asyncio.timeout(COMMAND_S):
                _, said = await process.communicate()
        except TimeoutError:
            detail = f"{self._command[0]} did not end within {COMMAND_S:g} s for {device}"
            raise ProvisionError(detail, remedy) from None
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process.returncode:
            words = said.decode("utf-8", "replace").strip()[-_SAID:] or "nothing"
            detail = f"{self._command[0]} ended with {process.returncode}; it said: {words}"
            raise ProvisionError(detail, remedy)

    async def _ask(self) -> str | None:
        """Log in only until that has worked: one more login may take over the hub's own link."""
        if self._standing.is_ready:
            return await knock(self._host, self._port, ASK_S)
        return await ask(self._host, self._port, self._login, ASK_S, is_tls=self._is_tls)

    def _explain(self, problem: str) -> Saying:
        return say("external-fails", where=f"{self._host}:{self._port}", why=problem)


def _readable(line: bytes) -> int:
    """Return a descriptor that gives `line` and ends: a pipe holds 4 kB that nobody has read yet.

    Written to the running program, it could come too late for one that does not read at all.
    """
    reader, writer = os.pipe()
    os.write(writer, line)
    os.close(writer)
    return reader
