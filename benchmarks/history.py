"""What history costs the disk, and how soon a week of it is on the screen.

The history's own thread with real files and the simulators' physics; only its clock runs faster.
"""

import asyncio
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from threading import Event
from typing import Final, cast

from pydantic_core import to_json

from benchmarks.rows import Reading, Sample
from benchmarks.sizes import Sizes
from hub.api.history_views import history_answer
from hub.clock import Clock
from hub.core.device import Device
from hub.core.events import ValuesReported
from hub.history import Answer, Question
from hub.history.keeper import Keeper
from hub.history.ledger import Kept
from hub.history.policy import Policy
from hub.history.reader import read
from hub.history.room import Days, shares
from hub.history.tiers import POINTS, Tier
from protocol.ids import Address, DeviceId
from protocol.messages import Scalar
from protocol.product import parse_product
from protocol.validator import CompiledProduct, compile_product
from simulators.air_purifier import AirPurifier
from simulators.environment_sensor import EnvironmentSensor
from simulators.physics import Physics, PhysicsType
from simulators.reporting import Reporter
from simulators.router import Router
from simulators.smart_plug import SmartPlug

PHYSICS: Final[tuple[PhysicsType, ...]] = (AirPurifier, EnvironmentSensor, Router, SmartPlug)
BEGAN_S: Final = 1_780_272_000.0
"""A midnight of May 2026, Unix seconds."""

EVERY_S: Final = 10.0
FULL_EVERY_S: Final = 600.0
DAY_S: Final = 86_400.0
CHARTS: Final = 5
ANSWER_S: Final = 60.0
MEGABYTES: Final = 256
DEFAULTS: Final = Days(raw=10, five_minutes=60, hours=3_650, private=30)

_SENSOR: Final = "environment-sensor-0001"
_CHARTED: Final = "air.temperature"


@dataclass(frozen=True, slots=True)
class _Member:
    product: CompiledProduct


@dataclass(slots=True)
class _Simulated:
    """One device: what it would tell at each report."""

    id: DeviceId
    physics: Physics
    reporter: Reporter
    full_s: float = field(default=0.0)

    def report(self, now_s: float, passed_s: float) -> Mapping[Address, Scalar]:
        """Return what has changed since the last report; every ten minutes, all there is."""
        self.physics.step(passed_s)
        if now_s >= self.full_s:
            self.full_s = now_s + FULL_EVERY_S
            return self.reporter.full(self.physics.values())
        return self.reporter.changes(self.physics.values())


class _Run:
    """A history whose time is set from outside."""

    def __init__(self, folder: Path, devices: int) -> None:
        self._now_s = 1.0
        clock = Clock(lambda: self._now_s, lambda: BEGAN_S + self._now_s)
        products = [compile_product(parse_product(one.document())) for one in PHYSICS]
        self.homes = list(_simulated(devices, products))
        members = {
            one.id: _Member(products[number % len(products)])
            for number, one in enumerate(self.homes)
        }
        folder.mkdir()
        self._keeper = Keeper(
            folder,
            shares(MEGABYTES * 1_000_000),
            DEFAULTS,
            Policy(),
            write_every_s=EVERY_S,
            devices=cast("Mapping[DeviceId, Device]", members),
            clock=clock,
        )
        self.products = {one: member.product for one, member in members.items()}
        self.reports = 0

    def __enter__(self) -> "_Run":
        self._keeper.start()
        self.turn()
        return self

    def __exit__(self, *_: object) -> None:
        self._keeper.stop(ANSWER_S)

    @property
    def now_ms(self) -> int:
        return int((BEGAN_S + self._now_s) * 1000)

    def pass_(self, seconds: float) -> None:
        self._now_s += seconds

    def tell(self, device: DeviceId, values: Mapping[Address, Scalar]) -> None:
        """Have a device report now."""
        self._keeper.note(ValuesReported(device, values, self._now_s))
        self.reports += 1

    def tell_all(self, passed_s: float) -> None:
        """Have every device report now."""
        for one in self.homes:
            self.tell(one.id, one.report(self._now_s, passed_s))

    def turn(self) -> list[Kept]:
        """Have the thread do all that is due, and return what it works on."""
        done, found = Event(), list[Kept]()

        def job(kept: Kept) -> None:
            found.append(kept)
            done.set()

        self._keeper.put(job)
        if not done.wait(ANSWER_S):
            raise TimeoutError("the history does not answer")
        return found

    def chart(self, span_s: float) -> float:
        """Return how long it takes to answer with a chart of one property, in milliseconds."""
        done, took = Event(), list[float]()
        now_ms = self.now_ms
        device = DeviceId(_SENSOR)
        question = Question(device, (_CHARTED,), now_ms - int(span_s * 1000), now_ms, 500)

        def job(kept: Kept) -> None:
            began_s = time.perf_counter()
            series = read(kept, question, _CHARTED, now_ms, lambda: None)
            answer = Answer(question, now_ms, (series,))
            to_json(history_answer(answer, self.products[device]))
            took.append(1000 * (time.perf_counter() - began_s))
            done.set()

        self._keeper.put(job)
        if not done.wait(ANSWER_S):
            raise TimeoutError("the history does not answer")
        return took[0]


async def history(folder: Path, sizes: Sizes) -> Reading:
    """Measure some hours of a home of 100 devices, then a week's chart."""
    return await asyncio.to_thread(_measure, folder, sizes)


def _measure(folder: Path, sizes: Sizes) -> Reading:
    written_mb, cpu_ms, bytes_each = _hours(folder / "hours", sizes)
    charts = _week(folder / "week", sizes)
    return Reading(
        {
            "history_written": Sample(written_mb),
            "history_point": Sample(bytes_each),
            "history_cpu": Sample(cpu_ms),
            "history_week": Sample(median(charts)),
        },
        {"history_week": charts},
    )


def _hours(folder: Path, sizes: Sizes) -> tuple[float, float, float]:
    """Return megabytes written a day, CPU of a report in ms, and bytes of a sealed value."""
    with _Run(folder, sizes.devices) as run:
        before, cpu_s = _written(), 0.0
        for _ in range(round(sizes.history_h * 3600 / EVERY_S)):
            run.pass_(EVERY_S)
            run.tell_all(EVERY_S)
            began_s = time.process_time()
            run.turn()
            cpu_s += time.process_time() - began_s
        written = _written() - before
        (kept,) = run.turn()
        sealed = sum(kept.file.bytes_by_series(Tier.RAW).values())
        points = kept.file.mark(POINTS)
        reports = run.reports
    day = written * 24 / sizes.history_h / 1e6
    return day, 1000 * cpu_s / reports, sealed / max(1, points)


def _week(folder: Path, sizes: Sizes) -> list[float]:
    """Return how long a week's chart of a device took that reports every 10 s."""
    with _Run(folder, sizes.devices) as run:
        sensor = next(one for one in run.homes if one.id == _SENSOR)
        for _ in range(round(7 * DAY_S / FULL_EVERY_S)):
            for _ in range(round(FULL_EVERY_S / EVERY_S)):
                run.pass_(EVERY_S)
                run.tell(sensor.id, sensor.report(run.now_ms / 1000, EVERY_S))
            run.tell_all(FULL_EVERY_S)
            run.turn()
        return [run.chart(7 * DAY_S) for _ in range(CHARTS)]


def _simulated(count: int, products: list[CompiledProduct]) -> Iterator[_Simulated]:
    for number in range(count):
        kind = PHYSICS[number % len(PHYSICS)]
        physics = kind(number, day_s=0.0)
        reporter = Reporter(products[number % len(PHYSICS)], physics.deadbands)
        yield _Simulated(DeviceId(f"{kind.product}-{number:04d}"), physics, reporter)


def _written() -> int:
    """Return the bytes that this process has handed to the system to write."""
    lines = Path("/proc/self/io").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("wchar"))
