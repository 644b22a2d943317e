"""What the demo shows: the address with its QR, the token, and the devices as they live."""

import asyncio
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from rich.text import Text

from hub.cli.access import Access
from hub.cli.client import HubClient
from hub.cli.demo_view import Sight, picture
from hub.cli.demo_window import DemoWindow
from hub.cli.lines import lines_of
from hub.cli.output import err, out, print_json
from hub.cli.products import known_products
from hub.cli.qr import drawn
from protocol.validator import CompiledProduct

if TYPE_CHECKING:
    from ecohub_client.shapes import DeviceSummary

NARROW: Final = 80
"""Columns that the usual terminal has at least."""

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
    """The address, the app with its QR, the token, and a picture that lives on a terminal."""

    def __init__(self) -> None:
        self._hints: Sequence[Text] = ()
        self._title = Text()

    def progress(self, text: str) -> None:
        """Print a line on stderr."""
        err.print(Text(text, "dim"))

    def home(self, access: Access, facts: Facts, devices: "Sequence[DeviceSummary]") -> None:
        """Print what a person needs to get at the home, and keep the gist for the picture."""
        outside = [address for address in facts.addresses if address != access.url]
        inside = f"/#{access.token}"
        if outside and out.is_terminal:
            out.print(Text(drawn(outside[0] + inside), "white on black"))
        lines = Text()
        for label, text in (
            ("The hub    ", "  ".join([access.url, *outside])),
            ("Its app    ", access.url + inside),
            ("Its token  ", access.token),
            ("Its broker ", facts.broker),
            ("Data, logs ", str(facts.folder)),
        ):
            lines.append(f"{label} ").append(f"{text}\n", "bold")
        out.print(lines, soft_wrap=True)
        self._title = Text.assemble((" ecohub ", "bold"), (access.url, "cyan"))
        self._hints = hints(facts.folder)

    async def life(self, client: HubClient, devices: "Sequence[DeviceSummary]") -> None:
        """Show the devices: as a picture on a terminal, else what happens line by line."""
        products = await known_products(client, devices)
        window = DemoWindow(client, Sight(self._title, devices, products, self._hints))
        if out.is_terminal:
            await window.run(out)
        else:
            out.print(picture(window.sight, out.width, len(devices) * 3), soft_wrap=True)
            await _lines(client, products)


def hints(folder: Path) -> list[Text]:
    """Return what to try next, for somebody with another terminal."""
    program = _program()
    try_it = Text.assemble(
        (f"   {program} set purifier fan.level=3", "cyan"),
        ("  or  ", "dim"),
        (f"{program} watch", "cyan"),
    )
    end = Text("   Ctrl-C ends it", "dim")
    if try_it.cell_len + end.cell_len <= NARROW:
        try_it.append_text(end)
    return [
        Text.assemble((" In another terminal:  ", "dim"), (f"export ECOHUB_DATA={folder}", "cyan")),
        try_it,
    ]


def _program() -> str:
    """Return what to type for this program in the folder that it was called in."""
    called, found = Path(sys.argv[0]), shutil.which("ecohub")
    if called.name != "ecohub" or not called.exists():
        return "ecohub"
    if found is not None and Path(found).samefile(called):
        return "ecohub"
    here, there = Path.cwd(), called.absolute()
    return str(there.relative_to(here) if there.is_relative_to(here) else there)


async def _lines(client: HubClient, products: Mapping[str, CompiledProduct]) -> None:
    async with client.stream() as stream:
        async for frame in stream:
            if frame.get("type") in _TOLD:
                for line in lines_of(frame, products):
                    out.print(line, soft_wrap=True)
