"""What a fleet is to do, and what it tells of itself."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from protocol.ids import DeviceId, is_device_id
from simulators.errors import UsageError
from simulators.faults import Faults
from simulators.physics import PhysicsType
from simulators.seams import Seams
from simulators.state import Flash
from simulators.tempo import Tempo
from simulators.wire import Level

Kind = Literal[
    "waiting",
    "hub",
    "joined",
    "online",
    "asleep",
    "all_online",
    "offline",
    "unreachable",
    "refused",
    "failed",
    "account",
    "stopped",
]


@dataclass(frozen=True, slots=True)
class FleetEvent:
    """Something that whoever watches the fleet wants to know.

    Attributes:
        counts: With `account`: what the faults did to the messages of all devices.
    """

    kind: Kind
    device: DeviceId | None = None
    detail: str = ""
    remedy: str = ""
    counts: Mapping[str, Mapping[str, int]] | None = None


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says."""

    product: str
    count: int
    seed: int
    speed: float
    hub: str | None
    code: str | None
    prefix: str | None
    folder: Path | None
    is_advertised: bool
    wait_s: float
    faults: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    interval_s: int | None = None
    time_scale: float = 1.0
    control: Path | None = None
    is_mqtt5: bool = False
    mutants: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What to simulate and where.

    Attributes:
        hub: Url of a hub's API or a hub's id; None to find one by mDNS.
        code: Setup code, digits only; devices that have joined before need none.
        prefix: Beginning of the device ids.
        folder: Where devices keep their credentials.
        wait_s: How long to look for a hub, and to wait for its joining window.
        faults: What is wrong with all of them.
        children: What is behind each of them, where they are gateways.
        interval_s: How often devices that sleep wake; None for as often as the product does.
        tempo: Their long waits.
        seams: How they are put together.
        level: The version of MQTT that they try first.
    """

    physics: PhysicsType
    count: int
    seed: int
    speed: float
    hub: str | None
    code: str | None
    prefix: str
    folder: Flash
    is_advertised: bool
    wait_s: float
    faults: Faults = field(default_factory=Faults)
    children: tuple[PhysicsType, ...] = ()
    interval_s: int | None = None
    tempo: Tempo = field(default_factory=Tempo)
    seams: Seams = field(default_factory=Seams)
    level: Level = 4

    @property
    def total(self) -> int:
        """How many devices there are, children among them."""
        return self.count * (1 + len(self.children))

    def children_of(self, device: DeviceId) -> list[tuple[DeviceId, PhysicsType]]:
        """Return the children behind a device, each with what it is."""
        numbers: Counter[str] = Counter()
        named = []
        for kind in self.children:
            numbers[kind.product] += 1
            child = self.seams.child(device, f"{kind.product}-{numbers[kind.product]}")
            named.append((child, kind))
        return named

    def devices(self) -> tuple[DeviceId, ...]:
        """Return the ids of the devices.

        Raises:
            UsageError: The prefix makes none.
        """
        ids = tuple(f"{self.prefix}-{number:04d}" for number in range(1, self.count + 1))
        longest = [*ids, *(child for child, _ in self.children_of(DeviceId(ids[-1])))]
        wrong = [name for name in longest if not is_device_id(name)]
        if wrong:
            remedy = "an id has 8 to 64 of a-z, 0-9 and -, neither first nor last a -"
            raise UsageError(f"{wrong[-1]!r} is no device id", remedy)
        return tuple(map(DeviceId, ids))
