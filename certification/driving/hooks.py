"""Does to the device what a person would do: shell commands, a process of ours, or a person.

Whatever is started here is ended here: each command runs in a session of its own, and the whole of
it is killed when its time is over.
"""

import asyncio
import json
import os
import signal
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Final, Protocol, Self, TypeVar, get_args

from certification.driving.parameters import Command, Parameters
from certification.driving.program import Program
from certification.errors import CertifyError
from certification.guard import BEGIN, Guard
from protocol.errors import printable
from protocol.rules import Hook

OF_THE_CATALOGUE: Final[tuple[str, ...]] = get_args(Hook)
"""Hooks that rules may need; without one such a rule stays open."""

QUESTIONS: Final[Mapping[str, str]] = {
    "start": "switch the device on, and have it join the hub at {url}",
    "stop": "switch the device off in order, by its own switch or app",
    "power_cycle": "take the power from the device, and give it back",
    "factory_reset": "reset the device to factory settings, and have it join the hub at {url}",
    "button": "make {wanted} happen on the device, by its own buttons",
    "second_unit": "switch on a second device of this product; have it join the hub at {url}",
    "new_firmware": "put another firmware on the device",
    "sensor_lost": "make the device lose {wanted}: unplug the sensor behind it",
    "child_lost": "take the child {wanted} out of reach of the gateway, and bring it back",
    "child_removed": "unpair the child {wanted} at the gateway",
}
"""What a person is asked where there is no command."""

MOST_SAID: Final = 3
"""So many lines are told of what a device that we run said last."""

LONGEST_SAID: Final = 400
"""So many characters of it."""


T = TypeVar("T")

Ask = Callable[[str, float], Awaitable[bool]]
"""Asks a person to do something within so many seconds; false when they cannot or do not."""


class Notes(Protocol):
    """Where it is written down; a `transcript.Writer`."""

    def write(self, kind: str, **fields: object) -> int:
        """Add a line."""


class Hooks:
    """The hooks of one run.

    Attributes:
        environment: What commands find in their environment besides our own.
    """

    def __init__(
        self, parameters: Parameters, notes: Notes, folder: Path, ask: Ask | None = None
    ) -> None:
        """Make them.

        Args:
            parameters: The commands.
            notes: Where what is done is written down.
            folder: What commands and the device say is kept here, in `device.log`.
            ask: Asks a person where there is no command; None where nobody is there.
        """
        self.environment: dict[str, str] = {}
        self._table, self._timeouts = parameters.hooks, parameters.timeouts
        self._code = parameters.setup_code.get_secret_value()
        self._notes, self._ask, self._folder = notes, ask, folder
        self._log: IO[bytes] | None = None
        self._guard = Guard()
        self._device: Program | None = None
        self._answer: dict[str, object] = {}

    async def __aenter__(self) -> Self:
        self._log = (self._folder / "device.log").open("ab")
        try:
            await self._guard.start()
        except OSError as error:
            self._log.close()
            raise _cannot_start(error) from None
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._kill()
        await self._guard.stop()
        if self._log is not None:
            self._log.close()

    @property
    def available(self) -> tuple[str, ...]:
        """The hooks of the catalogue that there are, by command or by a person."""
        return tuple(name for name in OF_THE_CATALOGUE if self.has(name))

    @property
    def runs_device(self) -> bool:
        """Whether the device is a process of ours."""
        return self._table.run is not None

    def has(self, name: str) -> bool:
        """Say whether something or somebody can do this."""
        is_ours = self.runs_device and name in {"start", "stop", "power_cycle"}
        return is_ours or self._command(name) is not None or self._ask is not None

    async def do(self, name: str, wanted: str = "") -> bool:
        """Do it and write it down; return whether it was done.

        Args:
            name: A key of `QUESTIONS`.
            wanted: The address or the child that is meant.
        """
        said = {"name": name, **({"wanted": wanted} if wanted else {})}
        if not self.has(name):
            self._notes.write("hook", **said, phase="end", missing=True)
            return False
        self._notes.write("hook", **said, phase="begin")
        code = await self._do(name, wanted)
        if code is None:
            self._notes.write("hook", **said, phase="end", missing=True)
            return False
        answer = {"answer": self._answer} if name == "second_unit" and self._answer else {}
        self._notes.write("hook", **said, phase="end", exit=code, **answer)
        return code == 0

    async def make_new(self) -> None:
        """Have the device begin as from the factory, where there is a command for it."""
        command = self._table.factory_reset
        if command is not None:
            code = await self._shell(command, "")
            self._notes.write("note", text=f"made factory-new before the run, exit {code}")

    def has_ended(self) -> bool:
        """Say whether the device is a process of ours that has ended by itself."""
        return self._device is not None and self._device.has_ended

    def end_of_run(self) -> str:
        """Return how the command of `run` has ended; an empty text where it has not."""
        if self._device is None or not self._device.has_ended:
            return ""
        return f"the command of `run` has ended, exit {self._device.exit_code}"

    def last_said(self) -> str:
        """Return the last lines that hooks and the device said, for the terminal alone.

        They are in one printable line, and may hold what is secret.
        """
        said = (self._folder / "device.log").read_text("utf-8", "replace").strip().splitlines()
        return printable(" | ".join(said[-MOST_SAID:]), LONGEST_SAID)

    async def while_it_runs(self, waiting: Coroutine[object, object, T]) -> T | None:
        """Return what a wait brings, or None as soon as a device that we run has ended."""
        if self._device is None:
            return await waiting
        async with asyncio.TaskGroup() as group:
            wait = group.create_task(waiting)
            end = group.create_task(self._device.ended())
            await asyncio.wait((wait, end), return_when=asyncio.FIRST_COMPLETED)
            wait.cancel()
            end.cancel()
        return None if wait.cancelled() else wait.result()

    async def start_again(self) -> None:
        """Wait until a device that we run has ended, and start it again, once."""
        if self._device is not None:
            await self._device.ended()
            await self.do("start")

    async def _do(self, name: str, wanted: str) -> int | None:
        command = self._command(name)
        if self.runs_device and name in {"start", "stop", "power_cycle", "factory_reset"}:
            return await self._do_to_ours(name, command)
        if command is not None:
            return await self._shell(command, wanted, is_asked=name == "second_unit")
        if self._ask is None:
            return None
        question = QUESTIONS[name].format(wanted=wanted, url=self.environment.get("ECOHUB_URL"))
        return 0 if await self._ask(question, self._timeouts.person_s) else None

    async def _do_to_ours(self, name: str, command: Command | None) -> int:
        if name == "stop":
            return await self._stop()
        if name != "start":
            await self._kill()
        if name == "factory_reset" and command is not None:
            code = await self._shell(command, "")
            if code != 0:
                return code
        await self._start()
        return 0

    def _command(self, name: str) -> Command | None:
        found: Command | None = getattr(self._table, name)
        return found

    async def _start(self) -> None:
        if self._device is not None and not self._device.has_ended:
            return
        await self._kill()
        if self._table.run is None or self._log is None:
            raise CertifyError("there is no command to run the device with", "give hooks.run")
        try:
            self._device = await Program.start(
                self._table.run, self._environment(""), self._log, self._guard
            )
        except OSError as error:
            raise _cannot_start(error) from None

    async def _stop(self) -> int:
        if self._device is None:
            return 0
        return 0 if await self._device.stop() else -signal.SIGKILL

    async def _kill(self) -> None:
        if self._device is not None:
            await self._device.kill()
            self._device = None

    def _environment(self, wanted: str) -> dict[str, str]:
        own = {"ECOHUB_CODE": self._code, "ECO_WANTED": wanted}
        return {**os.environ, **self.environment, **own}

    async def _shell(self, command: Command, wanted: str, *, is_asked: bool = False) -> int:
        """Run a command; `is_asked` keeps the JSON object that it prints."""
        pipe = asyncio.subprocess.PIPE if is_asked else self._log
        running = await self._spawn(command, wanted, pipe)
        try:
            async with asyncio.timeout(self._timeouts.hook_s):
                if running.stdout is not None:
                    self._answer = _object(await running.stdout.readline())
                return await running.wait()
        except TimeoutError:
            self._notes.write("note", text=f"a hook took longer than {self._timeouts.hook_s:g} s")
            return -signal.SIGKILL
        finally:
            if running.returncode is None:
                await _end(running)
            self._guard.forget(running.pid)

    async def _spawn(
        self, command: Command, wanted: str, stdout: IO[bytes] | int | None
    ) -> asyncio.subprocess.Process:
        try:
            return await asyncio.create_subprocess_shell(
                BEGIN + command,
                stdin=self._guard.pipe,
                stdout=stdout,
                stderr=self._log,
                start_new_session=True,
                env=self._environment(wanted),
            )
        except OSError as error:
            raise _cannot_start(error) from None


def _cannot_start(error: OSError) -> CertifyError:
    return CertifyError(f"a hook cannot be started: {error.strerror}")


def _object(line: bytes) -> dict[str, object]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


async def _end(process: asyncio.subprocess.Process) -> None:
    """Kill a process and its session, and wait for its end."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    await process.wait()
