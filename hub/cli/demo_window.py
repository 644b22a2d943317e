"""The demo's picture on a terminal, drawn anew as the hub tells of changes."""

import asyncio
from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from rich.console import Console
from rich.live import Live
from rich.text import Text

from ecohub_client import Home
from hub.cli.client import HubClient
from hub.cli.demo_view import Sight, changes, picture
from hub.cli.products import known_products
from hub.cli.readable import readable
from hub.cli.wording import time_of_day
from protocol.errors import printable
from protocol.ids import Address

if TYPE_CHECKING:
    from ecohub_client.shapes import Happened, Told

REFRESH_S: Final = 0.5
EVENTS_KEPT: Final = 3

_SEVERITIES: Final = {"warning": "yellow", "alarm": "bold red"}


class DemoWindow:
    """What the stream tells, as a picture.

    Args:
        client: The hub.
        sight: What is known at the beginning.

    Attributes:
        sight: What is known now.
    """

    def __init__(self, client: HubClient, sight: Sight) -> None:
        self.sight = sight
        self._client = client
        self._home = Home()
        self._happened: deque[Text] = deque(maxlen=EVENTS_KEPT)
        self._seen: dict[tuple[str, str], str] = {}
        self._changed: dict[tuple[str, str], datetime] = {}

    async def run(self, console: Console) -> None:
        """Draw until cancelled or the stream ends; the last picture stays."""
        self._home.devices = {device["id"]: device for device in self.sight.devices}
        with Live(console=console, auto_refresh=False, vertical_overflow="crop") as live:
            async with self._client.stream() as stream, asyncio.TaskGroup() as tasks:
                drawing = tasks.create_task(self._redraw(live))
                async for frame in stream:
                    self.take(frame)
                drawing.cancel()

    def take(self, frame: "Told") -> None:
        """Lay a frame of the stream over what is known."""
        self._home.take(frame)
        if frame["type"] == "event":
            self._happened.append(self._event(frame))

    async def look(self) -> Sight:
        """Return what there is to see now; fetches the product specs of newcomers."""
        devices = list(self._home.devices.values())
        if any(d["spec_sha256"] and d["id"] not in self.sight.products for d in devices):
            self.sight.products = await known_products(self._client, devices)
        self._seen, fresh = changes(self._seen, devices)
        self._changed.update(dict.fromkeys(fresh, datetime.now(UTC)))
        self.sight.devices, self.sight.happened = devices, list(self._happened)
        self.sight.changed = self._changed
        return self.sight

    async def _redraw(self, live: Live) -> None:
        while True:
            sight = await self.look()
            size = live.console.size
            live.update(picture(sight, size.width, size.height - 1), refresh=True)
            await asyncio.sleep(REFRESH_S)

    def _event(self, told: "Happened") -> Text:
        device = self._home.devices.get(told["device"])
        product = self.sight.products.get(told["device"])
        kind = product.events.get(Address(told["event"])) if product else None
        title = kind.title["en"] if kind else told["event"]
        line = Text.assemble(
            (f" {time_of_day(told['at'])[:-2]}  ", "dim"),
            (printable(device["name"] if device else told["device"], 40), "bold"),
            "  ",
            (printable(title), _SEVERITIES.get(kind.severity, "") if kind else ""),
        )
        for argument in kind.arguments if kind else ():
            if argument.name in told["arguments"]:
                said = readable(told["arguments"][argument.name], argument)
                line.append(f"  {printable(said)}", "dim")
        return line
