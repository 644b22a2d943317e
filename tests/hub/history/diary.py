"""A history with a clock that a test sets, turn by turn, without a hub."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

from hub.core.device import Device
from hub.core.events import DeviceAdded, DeviceRemoved, PresenceChanged, ValuesReported
from hub.history.answer import Question, Series
from hub.history.keeper import Keeper
from hub.history.ledger import Kept
from hub.history.policy import Policy
from hub.history.reader import read
from hub.history.room import Days, shares
from protocol.ids import Address, DeviceId
from protocol.messages import Scalar
from protocol.presence import Presence
from protocol.product import parse_product
from protocol.validator import CompiledProduct, compile_product
from tests.hub.clocks import Times
from tests.protocol.product_documents import as_bytes

PROBE = DeviceId("probe-0001")
HOUR_S = 3_600.0
DAY_S = 86_400.0
WIDE = Days(raw=10, five_minutes=60, hours=3_650, private=30)
_Result = TypeVar("_Result")


def product(**properties: Mapping[str, Any]) -> CompiledProduct:
    """Return a product whose service `p` has these properties."""
    declared = [
        {"name": name, "title": {"en": name}, "access": ["read", "notify"], **facts}
        for name, facts in properties.items()
    ]
    spec = {
        "eco": "1.0",
        "vendor": "acme",
        "product": "probe",
        "version": 1,
        "title": {"en": "Probe"},
        "services": [{"name": "p", "title": {"en": "Probe"}, "properties": declared}],
    }
    return compile_product(parse_product(as_bytes(spec)))


PRODUCT = product(
    temp={"format": "float", "range": [-40, 125, 0.1], "unit": "celsius"},
    count={"format": "uint16"},
    mode={
        "format": "uint8",
        "enum": [
            {"value": 0, "name": "off", "title": {"en": "Off"}},
            {"value": 1, "name": "on", "title": {"en": "On"}},
        ],
    },
    song={"format": "string", "max_length": 64},
    pulse={"format": "uint8", "unit": "percent", "privacy": "health"},
    room={"format": "bool", "privacy": "personal"},
)


@dataclass(frozen=True)
class Member:
    """All that the history reads of a device."""

    product: CompiledProduct


@dataclass
class Diary:
    """A keeper under test."""

    folder: Path
    times: Times = field(default_factory=Times)
    budget: int = 64_000_000
    days: Days = WIDE
    policy: Policy = field(default_factory=Policy)
    devices: dict[DeviceId, Member] = field(default_factory=lambda: {PROBE: Member(PRODUCT)})
    write_every_s: float = 10.0

    def __post_init__(self) -> None:
        self.clock = self.times.clock()
        self.keeper = Keeper(
            self.folder,
            shares(self.budget),
            self.days,
            self.policy,
            write_every_s=self.write_every_s,
            devices=cast("Mapping[DeviceId, Device]", self.devices),
            clock=self.clock,
        )
        self.keeper.start()
        self.turn()

    def __enter__(self) -> "Diary":
        return self

    def __exit__(self, *_: object) -> None:
        assert self.keeper.stop(20)

    @property
    def now_ms(self) -> int:
        return int(self.clock.wall_s(self.clock.now_s()) * 1000)

    def turn(self) -> None:
        """Have the thread do all that is due."""
        self.do(lambda kept: None)

    def do(self, work: Callable[[Kept], _Result]) -> _Result:
        """Do something in the thread, after what is due."""
        done, results = threading.Event(), []

        def job(kept: Kept) -> None:
            results.append(work(kept))
            done.set()

        self.keeper.put(job)
        assert done.wait(20)
        return results[0]

    def tell(self, device: DeviceId = PROBE, /, **values: Scalar) -> None:
        """Have a device report values of its service `p` now."""
        now_s = self.clock.now_s()
        told = {Address(f"p.{name}"): value for name, value in values.items()}
        self.keeper.note(ValuesReported(device, told, now_s))

    def lose(self, reason: str = "lost") -> None:
        """Have the probe become unreachable now."""
        now_s = self.clock.now_s()
        self.keeper.note(PresenceChanged(PROBE, Presence.UNREACHABLE, reason, now_s))

    def leave(self, device: DeviceId = PROBE) -> None:
        self.keeper.note(DeviceRemoved(device))

    def join(self, device: DeviceId = PROBE) -> None:
        self.keeper.note(DeviceAdded(device))

    def pass_(self, seconds: float) -> None:
        """Let time pass, and let the thread notice."""
        self.times.pass_(seconds)
        self.turn()

    def ask(self, name: str = "temp", span_s: float = HOUR_S, points: int | None = 5_000) -> Series:
        """Ask for the last `span_s` of a property of the probe."""
        now_ms = self.now_ms
        question = Question(PROBE, (), now_ms - int(span_s * 1000), now_ms, points)
        return self.do(lambda kept: read(kept, question, f"p.{name}", now_ms, lambda: None))

    def size(self) -> int:
        """Bytes of all files of the history, as the disk has them."""
        return sum(path.stat().st_size for path in self.folder.glob("series*"))
