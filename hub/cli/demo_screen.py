"""What the demo shows: the address with its QR, the token, and the devices as they live."""

import asyncio
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import segno
from rich.live import Live
from rich.table import Table
from rich.text import Text

from hub.cli.access import Access
from hub.cli.board import Board
from hub.cli.client import HubClient
from hub.cli.lines import lines_of
from hub.cli.output import err, out, print_json
from hub.cli.products import known_products
from hub.cli.tables import device_table
from protocol.validator import CompiledProduct

if TYPE_CHECKING:
    from hub.api.models import DeviceSummary

REFRESH_S: Final = 0.5

_TOLD: Final = frozenset({"presence", "device", "removed", "violation", "event"})
"""Frames that are a line where no terminal shows the table; values would be too many."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is worth knowing of a demo.

    Attributes:
        addresses: Urls at which others on the network reach the hub.
        folder: Data folder.
        broker: Which broker it runs, in words.
    """

    addresses: Sequence[str]
    folder: Path
    broker: str


class Screen(Protocol):
    """Whom the demo tells how it goes."""

    def progress(self, text: str) -> None:
        """Tell how far the start has come."""

    def home(self, access: Access, facts: Facts, devices: "Sequence[DeviceSummary]") -> None:
        """Tell that all devices are online, where the home is, and how to get at it."""

    async def life(self, client: HubClient, devices: "Sequence[DeviceSummary]") -> None:
        """Tell what happens from then on, until cancelled or the stream ends."""


class JsonScreen:
    """One line on stdout, for programs."""

    def progress(self, text: str) -> None:
        """Say nothing, unless somebody looks on."""
        if err.is_terminal:
            err.print(Text(text, "dim"))

    def home(self, access: Access, facts: Facts, devices: "Sequence[DeviceSummary]") -> None:
        """Print the line."""
        print_json(
            {
                "url": access.url,
                "token": access.token,
                "devices": devices,
                "addresses": facts.addresses,
                "broker": facts.broker,
                "data": str(facts.folder),
            }
        )

    async def life(self, client: HubClient, devices: "Sequence[DeviceSummary]") -> None:
        """Say nothing more."""
        await asyncio.get_running_loop().create_future()


class PeopleScreen:
    """The address, its QR, the token, and a table that lives where there is a terminal."""

    def progress(self, text: str) -> None:
        """Print a line on stderr."""
        err.print(Text(text, "dim"))

    def home(self, access: Access, facts: Facts, devices: "Sequence[DeviceSummary]") -> None:
        """Print what a person needs to get at the home."""
        outside = [address for address in facts.addresses if address != access.url]
        if outside and out.is_terminal:
            out.print(Text(_qr(outside[0]), "white on black"))
        lines = Text()
        for label, text in (
            ("The hub    ", "  ".join([access.url, *outside])),
            ("Its token  ", access.token),
            ("Its broker ", facts.broker),
            ("Data, logs ", str(facts.folder)),
        ):
            lines.append(f"{label} ").append(f"{text}\n", "bold")
        lines.append("\nIn another terminal:\n", "dim")
        lines.append(f"  export ECOHUB_DATA={facts.folder}\n", "cyan")
        lines.append("  .venv/bin/ecohub set air-purifier fan.level=3\n", "cyan")
        lines.append("  .venv/bin/ecohub watch\n", "cyan")
        lines.append(f"{len(devices)} devices are online; Ctrl-C ends all of it.", "green")
        out.print(lines, soft_wrap=True)

    async def life(self, client: HubClient, devices: "Sequence[DeviceSummary]") -> None:
        """Show the devices: as a table on a terminal, else what happens line by line."""
        products = await known_products(client, devices)
        if out.is_terminal:
            await _table(client, products, devices)
        else:
            out.print(device_table(devices, products), soft_wrap=True)
            await _lines(client, products)


async def _table(
    client: HubClient,
    products: Mapping[str, CompiledProduct],
    devices: "Sequence[DeviceSummary]",
) -> None:
    board = Board()
    board.devices = {device["id"]: device for device in devices}

    def made() -> Table:
        return device_table(board.devices.values(), products)

    async def redraw(live: Live) -> None:
        while True:
            live.update(made(), refresh=True)
            await asyncio.sleep(REFRESH_S)

    with Live(console=out, auto_refresh=False) as live:
        async with client.stream() as stream, asyncio.TaskGroup() as tasks:
            drawing = tasks.create_task(redraw(live))
            async for frame in stream.frames():
                board.take(frame)
            drawing.cancel()


async def _lines(client: HubClient, products: Mapping[str, CompiledProduct]) -> None:
    async with client.stream() as stream:
        async for frame in stream.frames():
            if frame.get("type") in _TOLD:
                for line in lines_of(frame, products):
                    out.print(line, soft_wrap=True)


def _qr(url: str) -> str:
    drawn = io.StringIO()
    segno.make(url, micro=False, error="l").terminal(drawn, compact=True, border=2)
    return drawn.getvalue().rstrip("\n")
