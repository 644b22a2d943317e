"""What hands do to simulated devices, done by a program: commands on a UNIX socket.

One command a line, one answer a line, a JSON object: `ok`, and `devices` (those it reached) or
`code`, `detail` and `remedy`.
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final, Protocol

from protocol.ids import DeviceId
from simulators.carrier import Carrier
from simulators.errors import UsageError
from simulators.link import Link

MAX_LINE: Final = 1_024
"""Longest command, bytes."""

ANSWER_S: Final = 10.0
"""How long a command may take."""

AWAY_S: Final = 3.0
"""How long a child is out of reach that somebody carries away."""

COMMANDS: Final = {
    "press NAME": "press a button; of an address: change it by hand, or let it happen",
    "wake": "wake the devices that sleep",
    "reboot": "cut the power for a moment, without a word",
    "reset": "back to factory settings: they leave, forget their credentials and join again",
    "unplug ADDRESS": "take the sensor of a property away",
    "lose CHILD": "carry a child out of its gateway's reach, for some seconds",
    "unpair CHILD": "unpair a child at its gateway",
    "firmware VERSION": "install another firmware: they say so, and boot with it",
    "off": "switch off in an orderly way; the process ends",
    "status": "how far each device is, its boots and connections, its buttons",
}


class Bench(Protocol):
    """The devices that hands can reach; a fleet is one."""

    @property
    def links(self) -> Sequence[Link]:
        """All devices on their links."""

    def stop(self) -> None:
        """Begin the orderly end."""

    async def install(self, firmware: str) -> None:
        """Put another firmware on all devices, which boot with it."""

    async def reboot(self) -> None:
        """Cut the power of all devices for a moment."""

    async def reset(self) -> None:
        """Give all devices back their factory settings; they join again by themselves."""


@asynccontextmanager
async def served(bench: Bench, place: Path | None) -> AsyncIterator[None]:
    """Take commands at `place` until the block ends; without a place, none.

    Raises:
        UsageError: No socket can be there.
    """
    if place is None:
        yield
        return
    desk = _Desk(bench)
    try:
        server = await asyncio.start_unix_server(desk.receive, place, limit=MAX_LINE)
    except OSError as error:
        why = error.strerror or str(error)
        raise UsageError(
            f"no socket can be at {place}: {why}", "choose another --control"
        ) from None
    try:
        async with server:
            yield
    finally:
        await desk.close()
        await asyncio.to_thread(place.unlink, missing_ok=True)


def ask(place: Path, command: str) -> dict[str, object]:
    """Send a command to the process that serves `place`, and return its answer.

    Raises:
        UsageError: Nobody answers there.
    """
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(ANSWER_S)
            line.connect(str(place))
            line.sendall(command.encode() + b"\n")
            with line.makefile("rb") as answers:
                answer: dict[str, object] = json.loads(answers.readline())
                return answer
    except (OSError, ValueError) as error:
        remedy = "is it running? start it with: ecohub simulate ... --control PATH"
        raise UsageError(f"nobody answers at {place}: {error}", remedy) from None


class _Desk:
    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._open: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    def receive(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving = asyncio.create_task(self._serve(reader, writer))
        self._open[serving] = writer
        serving.add_done_callback(lambda ended: self._open.pop(ended).close())

    async def close(self) -> None:
        """Close every connection behind what has been answered."""
        if serving := tuple(self._open):
            for task in serving:
                task.cancel()
            await asyncio.wait(serving)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                answer = await self._answer(line.decode(errors="replace").split())
                writer.write(json.dumps(answer).encode() + b"\n")
                await writer.drain()
        except (ValueError, ConnectionError):
            pass  # a line without end, or whoever asked has gone

    async def _answer(self, words: list[str]) -> dict[str, object]:
        try:
            async with asyncio.timeout(ANSWER_S):
                return {"ok": True, "devices": await self._do(words)}
        except UsageError as error:
            return {"ok": False, "code": error.code, "detail": error.text, "remedy": error.remedy}

    async def _do(self, words: list[str]) -> list[object]:
        links = self._bench.links
        match words:
            case ["press", name]:
                return self._press(name)
            case ["status"]:
                return [link.status_now() for link in links]
            case ["wake"]:
                return [link.device.id for link in links if link.rouse()]
            case ["unplug", address]:
                return self._unplug(address)
            case [("lose" | "unpair") as deed, child]:
                return self._part(deed, DeviceId(child))
        await self._switch(words)
        return [link.device.id for link in links]

    async def _switch(self, words: list[str]) -> None:
        """Do what concerns all devices alike."""
        match words:
            case ["reboot"]:
                await self._bench.reboot()
            case ["reset"]:
                await self._bench.reset()
            case ["firmware", version]:
                await self._bench.install(version)
            case ["off"]:
                self._bench.stop()
            case _:
                known = "; ".join(f"{name}: {text}" for name, text in COMMANDS.items())
                raise UsageError(f"there is no command {' '.join(words)!r}", known)

    def _part(self, deed: str, child: DeviceId) -> list[object]:
        carriers = [(x, x.device) for x in self._bench.links if isinstance(x.device, Carrier)]
        if not any(child in carrier.children for _, carrier in carriers):
            known = ", ".join(name for _, carrier in carriers for name in carrier.children)
            raise UsageError(f"nobody is the gateway of {child!r}", f"the children: {known}")
        for link, carrier in carriers:
            if child in carrier.children:
                away = partial(carrier.hide, child, AWAY_S)
                link.touch(away if deed == "lose" else partial(carrier.remove, child))
        return [child]

    def _unplug(self, address: str) -> list[object]:
        able = [x for x in self._bench.links if address in x.device.product.compiled.readable]
        if not able:
            raise UsageError(f"nobody has a sensor for {address!r}", "the address of a property")
        for link in able:
            link.touch(partial(link.device.unplug, address))
        return [link.device.id for link in able]

    def _press(self, name: str) -> list[object]:
        able = [link for link in self._bench.links if link.device.has_button(name)]
        if not able:
            known = sorted({button for link in self._bench.links for button in link.device.buttons})
            remedy = f"its buttons: {', '.join(known)}; or an event, or what can be set, by address"
            raise UsageError(f"nobody can press {name!r}", remedy)
        for link in able:
            link.press(name)
        return [link.device.id for link in able]
