"""The demo's home: a hub and simulated devices as children, and the way the ones join the other."""

import asyncio
import json
import os
import secrets
import socket
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hub.cli.access import Access
from hub.cli.children import Child, Children
from hub.cli.client import HubClient
from hub.cli.demo_places import NAMES
from hub.cli.demo_rooms import furnish
from hub.cli.errors import CannotStartError, CliError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ecohub_client.shapes import DeviceSummary

HUB_WITHIN_S: Final = 40.0
"""A hub serves by then, on the slowest machine that makes sense."""

MDNS_WITHIN_S: Final = 15.0
"""A device that has not joined by then did not find the hub by mDNS; it is told where it is."""

ONLINE_WITHIN_S: Final = 90.0
LOOK_EVERY_S: Final = 0.25
HERE: Final = frozenset({"online", "asleep"})

SLEEP_S: Final = 45
"""How often sleepers wake: often enough for somebody who looks on."""

DEVICES: Final = "devices"
"""Name of the process that simulates them, and of its log."""

WINDOW_S: Final = 300.0
PLACES_EACH: Final = 4
"""Places in the window for each device: one whose answer was lost on the way needs another."""

API_PORT: Final = 8321
MQTT_PORT: Final = 1883
"""Used when they are free, so that the demo's addresses are those of the manual."""

ANY_PORTS: Final = (0, 0)
"""Of API and broker: those that the system chooses."""

BROKER_WITHIN_S: Final = 5.0

PRODUCTS: Final = "ecohub.simulators"
"""Entry points whose names are the products that can be simulated."""

PLACE: Final = (52.52, 13.40)
"""Where the demo's home is, degrees north and east, so that its automations know the sun."""

_DECIDED: Final = frozenset(
    {
        "ECOHUB_CONFIG",
        "ECOHUB_DATA",
        "ECOHUB_HUB__DATA_DIR",
        "ECOHUB_URL",
        "ECOHUB_TOKEN",
        "ECOHUB_API__PORT",
        "ECOHUB_BROKER__PORT",
    }
)
"""Variables that do not count for the demo's hub: it decides these things itself."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What the demo is to be.

    Attributes:
        folder: Data folder of the hub; logs lie in it, too.
        broker: Kind of broker; None for what the machine offers.
        speed: How much faster than real time the devices live.
        seed: Where their chance begins; with the usual one a lot is going on.
    """

    folder: Path
    products: tuple[str, ...]
    broker: str | None = None
    speed: float = 1.0
    seed: int = 12
    code: str = field(default_factory=lambda: f"{secrets.randbelow(10**8):08d}", repr=False)

    @property
    def logs(self) -> Path:
        """Folder of the children's logs."""
        return self.folder / "logs"


def products() -> tuple[str, ...]:
    """Return the products that can be simulated here."""
    return tuple(entry.name for entry in entry_points(group=PRODUCTS))


def free_port(wanted: int) -> int:
    """Return `wanted` if nobody has that TCP port, else one that nobody has."""
    for port in (wanted, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("", port))
            return int(probe.getsockname()[1])
    raise CannotStartError("no TCP port is free", "end a program that holds many")


class DemoHome:
    """Starts the hub and the devices.

    Args:
        tell: Takes what a person should know meanwhile.
        find_port: Returns the given port if it is free, else one that is.
    """

    def __init__(
        self,
        plan: Plan,
        children: Children,
        tell: "Callable[[str], None]",
        find_port: "Callable[[int], int]" = free_port,
    ) -> None:
        self._plan, self._children, self._tell = plan, children, tell
        self._find_port = find_port
        self._environment = {k: v for k, v in os.environ.items() if k not in _DECIDED}
        self._simulators: Child | None = None
        self._is_told = False
        self._hub_id = ""

    async def start_hub(self) -> Access:
        """Start the hub and return where it is, once it serves.

        A port that is free now may be taken before the hub has it, by a demo that starts beside
        this one: then the system chooses.

        Raises:
            CannotStartError: It does not.
        """
        preferred = (self._find_port(API_PORT), self._find_port(MQTT_PORT))
        for ports in (preferred, ANY_PORTS):
            hub = await self._start_hub(*ports)
            access = await self._take_place(hub)
            if access is not None and (ports == ANY_PORTS or await _has_broker(access)):
                return access
            if ports == ANY_PORTS or (access is None and hub.is_running):
                raise _not_started(hub)
            await self._children.end(hub)
        raise AssertionError("the last ports either serve or raise")

    async def start_devices(self, client: HubClient) -> None:
        """Open the joining window and start a device of each product, which look for the hub."""
        places = PLACES_EACH * len(self._plan.products)
        await client.api.open_window(
            {"code": self._plan.code, "duration_s": WINDOW_S, "devices": places}
        )
        await self._start_simulators(self._hub_id)

    async def all_here(self, client: HubClient, url: str) -> "list[DeviceSummary]":
        """Return the devices, named and in rooms, once all have joined and are online or asleep.

        Raises:
            CliError: A child has ended, or not all are here in time.
        """
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        while True:
            devices = (await client.api.list_devices())["devices"]
            missing = self._missing(devices)
            if not missing:
                await client.api.close_window()
                return await self._named(client, devices)
            passed_s = loop.time() - began_s
            if passed_s > ONLINE_WITHIN_S:
                raise self._not_here(missing)
            await self._help(url, is_late=not devices and passed_s > MDNS_WITHIN_S)
            await asyncio.sleep(LOOK_EVERY_S)

    async def _start_hub(self, api_port: int, mqtt_port: int) -> Child:
        config = self._plan.folder / "hub.toml"
        config.write_text(self._settings(api_port, mqtt_port), "utf-8")
        arguments = ["run", "--json", "--config", str(config)]
        return await self._children.start("hub", arguments, self._environment, is_read=True)

    async def _take_place(self, hub: Child) -> Access | None:
        """Return where a hub serves; None for one that does not."""
        line = b""
        with suppress(TimeoutError):
            async with asyncio.timeout(HUB_WITHIN_S):
                line = await hub.process.stdout.readline() if hub.process.stdout else b""
        if not line:
            with suppress(TimeoutError):
                await asyncio.wait_for(hub.process.wait(), 1)  # it may have closed stdout just now
            return None
        ready: dict[str, str] = json.loads(line)
        self._hub_id = ready["hub"]
        return Access(ready["url"], _read_token(Path(ready["token_path"])))

    def _missing(self, devices: "Sequence[DeviceSummary]") -> set[str]:
        here = {d["product"] for d in devices if d["presence"]["status"] in HERE}
        return set(self._plan.products) - here

    async def _named(
        self, client: HubClient, devices: "Sequence[DeviceSummary]"
    ) -> "list[DeviceSummary]":
        for device in devices:
            name = NAMES.get(device["product"], device["name"])
            if name != device["name"]:
                await client.api.change_device(device["id"], {"name": name})
        await furnish(client, devices)
        return (await client.api.list_devices())["devices"]

    async def _start_simulators(self, hub: str) -> None:
        """Start the devices, which are told the hub's id, to look for it by mDNS, or its url."""
        plan = self._plan
        arguments = ["simulate", "household", "--hub", hub, "--code", plan.code, "--no-advertise"]
        arguments += ["--seed", str(plan.seed), "--speed", str(plan.speed)]
        arguments += ["--interval", str(SLEEP_S)]
        self._simulators = await self._children.start(DEVICES, arguments, self._environment)

    async def _help(self, url: str, *, is_late: bool) -> None:
        """Tell the devices where the hub is when they could not find it by mDNS."""
        child = self._simulators
        if child is None or (child.is_running and not is_late):
            return
        if self._is_told and child.is_running:
            return
        if self._is_told:
            raise child.death()
        self._is_told = True
        why = child.last_line() or f"not within {MDNS_WITHIN_S:.0f} s"
        self._tell(f"the devices have not found the hub by mDNS ({why}); they are given {url}")
        await self._children.end(child)
        await self._start_simulators(url)

    def _not_here(self, missing: set[str]) -> CliError:
        words = self._simulators.last_words() if self._simulators else ""
        return CliError(
            f"not online after {ONLINE_WITHIN_S:.0f} s: {', '.join(sorted(missing))}",
            f"{words}\nlogs: {self._plan.logs}".strip(),
            "not-online",
        )

    def _settings(self, api_port: int, mqtt_port: int) -> str:
        kind = f"kind = {json.dumps(self._plan.broker)}\n" if self._plan.broker else ""
        return (
            f'[hub]\nname = "Demo"\ndata_dir = {json.dumps(str(self._plan.folder))}\n'
            f"latitude = {PLACE[0]}\nlongitude = {PLACE[1]}\n\n"
            f"[api]\nport = {api_port}\n\n"
            f"[broker]\n{kind}port = {mqtt_port}\n"
        )


def _read_token(path: Path) -> str:
    return path.read_text("utf-8").strip()


async def _has_broker(access: Access) -> bool:
    """Say whether a hub's broker serves within some seconds."""
    with suppress(TimeoutError):
        async with asyncio.timeout(BROKER_WITHIN_S), HubClient(access) as client:
            while (await client.api.show_hub())["broker"]["status"] != "ok":  # noqa: ASYNC110 - over HTTP
                await asyncio.sleep(LOOK_EVERY_S)
            return True
    return False


def _not_started(hub: Child) -> CannotStartError:
    if hub.is_running:
        text = f"the hub does not serve after {HUB_WITHIN_S:.0f} s"
    else:
        text = f"the hub has not started (exit code {hub.process.returncode})"
    return CannotStartError(text, f"{hub.last_words()}\nits log: {hub.log}".strip())
