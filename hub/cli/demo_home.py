"""The demo's home: a hub and simulated devices as children, and the way the ones join the other."""

import asyncio
import json
import os
import secrets
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Final

from hub.cli.access import Access
from hub.cli.children import Child, Children
from hub.cli.client import HubClient
from hub.cli.errors import CannotStartError, CliError

if TYPE_CHECKING:
    from collections.abc import Callable

    from hub.api.models import DeviceSummary

HUB_WITHIN_S: Final = 40.0
"""A hub serves by then, on the slowest machine that makes sense."""

MDNS_WITHIN_S: Final = 15.0
"""A device that has not joined by then did not find the hub by mDNS; it is told where it is."""

ONLINE_WITHIN_S: Final = 90.0
LOOK_EVERY_S: Final = 0.25
WINDOW_S: Final = 300.0
PLACES_EACH: Final = 4
"""Places in the window for each device: one whose answer was lost on the way needs another."""

API_PORT: Final = 8321
MQTT_PORT: Final = 1883
"""Used when they are free, so that the demo's addresses are those of the manual."""

PRODUCTS: Final = "ecohub.simulators"
"""Entry points whose names are the products that can be simulated."""

BEHIND_A_GATEWAY: Final = frozenset({"band"})
"""Products that speak no MQTT themselves."""

_THERE: Final = frozenset({"online", "asleep"})

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
    """

    folder: Path
    products: tuple[str, ...]
    broker: str | None = None
    speed: float = 1.0
    seed: int = 1
    code: str = field(default_factory=lambda: f"{secrets.randbelow(10**8):08d}", repr=False)

    @property
    def logs(self) -> Path:
        """Folder of the children's logs."""
        return self.folder / "logs"


def products() -> tuple[str, ...]:
    """Return the products that can be simulated here and join by themselves."""
    names = (entry.name for entry in entry_points(group=PRODUCTS))
    return tuple(name for name in names if name not in BEHIND_A_GATEWAY)


class DemoHome:
    """Starts the hub and the devices.

    Args:
        tell: Takes what a person should know meanwhile.
    """

    def __init__(self, plan: Plan, children: Children, tell: "Callable[[str], None]") -> None:
        self._plan, self._children, self._tell = plan, children, tell
        self._environment = {k: v for k, v in os.environ.items() if k not in _DECIDED}
        self._devices: dict[str, Child] = {}
        self._is_told: set[str] = set()
        self._hub_id = ""

    async def start_hub(self) -> Access:
        """Start the hub and return where it is, once it serves.

        Raises:
            CannotStartError: It does not.
        """
        config = self._plan.folder / "hub.toml"
        config.write_text(self._settings(), "utf-8")
        arguments = ["run", "--json", "--config", str(config)]
        hub = await self._children.start("hub", arguments, self._environment, is_read=True)
        line = b""
        with suppress(TimeoutError):
            async with asyncio.timeout(HUB_WITHIN_S):
                line = await hub.process.stdout.readline() if hub.process.stdout else b""
        if not line:
            raise await _not_started(hub)
        return self._take_place(json.loads(line))

    async def start_devices(self, client: HubClient) -> None:
        """Open the joining window and start a device of each product, which look for the hub."""
        places = PLACES_EACH * len(self._plan.products)
        await client.open_window(self._plan.code, duration_s=WINDOW_S, devices=places)
        for product in self._plan.products:
            await self._start_device(product, self._hub_id)

    async def all_online(self, client: HubClient, url: str) -> "list[DeviceSummary]":
        """Return the devices once all have joined and are online.

        Raises:
            CliError: A child has ended, or not all are online in time.
        """
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        while True:
            devices = (await client.devices())["devices"]
            missing = self._missing(devices)
            if not missing:
                await client.close_window()
                return devices
            passed_s = loop.time() - began_s
            if passed_s > ONLINE_WITHIN_S:
                raise self._not_online(missing)
            joined = {device["product"] for device in devices}
            for product in missing - joined:
                await self._help(product, url, is_late=passed_s > MDNS_WITHIN_S)
            await asyncio.sleep(LOOK_EVERY_S)

    def _take_place(self, ready: Mapping[str, object]) -> Access:
        self._hub_id = str(ready["hub"])
        token = Path(str(ready["token_path"])).read_text("utf-8").strip()
        return Access(str(ready["url"]), token)

    def _missing(self, devices: "Sequence[DeviceSummary]") -> set[str]:
        online = {d["product"] for d in devices if d["presence"]["status"] in _THERE}
        return set(self._plan.products) - online

    async def _start_device(self, product: str, hub: str) -> None:
        """Start a device that is told the hub's id, to look for it by mDNS, or its url."""
        plan = self._plan
        arguments = ["simulate", product, "--hub", hub, "--code", plan.code]
        arguments += ["--seed", str(plan.seed), "--speed", str(plan.speed)]
        self._devices[product] = await self._children.start(product, arguments, self._environment)

    async def _help(self, product: str, url: str, *, is_late: bool) -> None:
        """Tell a device where the hub is when it could not find it by mDNS."""
        child = self._devices[product]
        if product in self._is_told:
            if not child.is_running:
                raise child.death()
            return
        if child.is_running and not is_late:
            return
        self._is_told.add(product)
        why = child.last_line() or f"not within {MDNS_WITHIN_S:.0f} s"
        self._tell(f"{product} has not found the hub by mDNS ({why}); it is given {url}")
        await self._children.end(child)
        await self._start_device(product, url)

    def _not_online(self, missing: set[str]) -> CliError:
        names = ", ".join(sorted(missing))
        words = [f"{name}: {self._devices[name].last_line()}" for name in sorted(missing)]
        return CliError(
            f"not online after {ONLINE_WITHIN_S:.0f} s: {names}",
            "\n".join([*words, f"logs: {self._plan.logs}"]),
            "not-online",
        )

    def _settings(self) -> str:
        kind = f"kind = {json.dumps(self._plan.broker)}\n" if self._plan.broker else ""
        return (
            f'[hub]\nname = "Demo"\ndata_dir = {json.dumps(str(self._plan.folder))}\n\n'
            f"[api]\nport = {free_port(API_PORT)}\n\n"
            f"[broker]\n{kind}port = {free_port(MQTT_PORT)}\n"
        )


def free_port(wanted: int) -> int:
    """Return `wanted` if nobody has that TCP port, else one that nobody has."""
    for port in (wanted, 0):
        with socket.socket() as probe, suppress(OSError):
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("", port))
            return int(probe.getsockname()[1])
    raise CannotStartError("no TCP port is free", "end a program that holds many")


async def _not_started(hub: Child) -> CannotStartError:
    with suppress(TimeoutError):
        async with asyncio.timeout(1):
            await hub.process.wait()
    if hub.is_running:
        text = f"the hub does not serve after {HUB_WITHIN_S:.0f} s"
    else:
        text = f"the hub has not started (exit code {hub.process.returncode})"
    return CannotStartError(text, f"{hub.last_words()}\nits log: {hub.log}".strip())
