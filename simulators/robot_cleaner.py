"""A robot cleaner: it sweeps room after room, maps them, gets stuck, and goes home to charge."""

from collections.abc import Mapping, Sequence
from enum import IntEnum
from random import Random
from typing import ClassVar, Final

from protocol import products
from protocol.ids import Address
from protocol.messages import Scalar
from simulators.floor import ROOMS, Floor
from simulators.physics import Happening, Ran, chance, hour_of, in_slices
from simulators.robot_battery import RobotBattery


class Status(IntEnum):
    """Values of `cleaner.status`."""

    IDLE = 0
    CLEANING = 1
    PAUSED = 2
    RETURNING = 3
    CHARGING = 4
    STUCK = 5


class Fault(IntEnum):
    """Values of `status.fault`."""

    NONE = 0
    STUCK = 1
    BIN_FULL = 2


DRIVE_M_S: Final = 0.25
SWEEP_M2_S: Final = 0.016
"""About a square metre a minute, as such robots do."""

TAKEN_UP: Final = (0.6, 0.75, 0.85, 0.92)
"""Share of the dust that is taken up, by mode: quiet, standard, strong, max."""

SNAGS_PER_M2: Final = 1 / 500
"""Cables and socks: one run in six ends with a robot that waits for a person."""

BIN_G: Final = 60.0
BRUSH_S: Final = 300 * 3600.0
FILTER_S: Final = 150 * 3600.0
WORN_PERCENT: Final = 5.0

PATIENCE_S: Final = 600.0
"""So long it stands paused or stopped away from its dock; then it goes home."""

SENT_PER_S: Final = 1 / 14_400
"""How fast somebody sends it out on his own, from nine to five."""

SLICE_S: Final = 10.0
"""While it moves, time passes in slices of at most this."""

_MOVING: Final = frozenset({Status.CLEANING, Status.RETURNING})
_WAITING: Final = frozenset({Status.IDLE, Status.PAUSED})


class RobotCleaner:
    """The robot, its dock, and the home."""

    product: ClassVar[str] = "robot-cleaner"
    buttons: ClassVar[tuple[str, ...]] = ("start", "dock", "free", "empty")
    deadbands: ClassVar[Mapping[str, float]] = {
        "cleaner.area_m2": 0.2,
        "cleaner.total_area_m2": 5.0,
        "cleaner.duration_s": 30.0,
        "cleaner.total_duration_s": 300.0,
    }

    report_s = 2.0

    def __init__(self, seed: int, *, day_s: float = 43_200.0) -> None:
        rng = self._rng = Random(seed)  # noqa: S311 - physics has to repeat from its seed
        self._day_s = day_s
        self.floor = Floor(rng.uniform(0.5, 2.0), range(rng.randint(1, 4)))
        self.battery = RobotBattery(rng.uniform(55.0, 100.0))
        self.bin_g = rng.uniform(0.0, 0.3) * BIN_G
        self._status, self._mode, self._volume = Status.CHARGING, 1, 50
        self._queue: list[int] = []
        self._is_locked = False
        self._place_m = self._left_m2 = self._waited_s = 0.0
        self._area_m2 = self._duration_s = 0.0
        self._runs = rng.randrange(3, 200)
        self._total_m2, self._total_s = 60.0 * self._runs, 3_700.0 * self._runs
        self._brush, self._filter = rng.uniform(20.0, 100.0), rng.uniform(20.0, 100.0)
        if rng.random() < 0.7:
            self._begin(range(len(ROOMS)))

    @staticmethod
    def document() -> bytes:
        """Return the product spec."""
        return products.document("robot-cleaner")

    @property
    def is_docked(self) -> bool:
        """Whether it stands on its dock."""
        return self._place_m == 0.0

    def values(self) -> dict[Address, Scalar]:
        """Return every readable property."""
        return {
            Address("cleaner.status"): int(self._status),
            Address("cleaner.mode"): self._mode,
            Address("cleaner.room"): self._room(),
            Address("cleaner.area_m2"): self._area_m2,
            Address("cleaner.duration_s"): self._duration_s,
            Address("cleaner.map_progress"): self.floor.mapped_percent,
            Address("cleaner.bin_level"): min(100.0, 100.0 * self.bin_g / BIN_G),
            Address("cleaner.total_area_m2"): self._total_m2,
            Address("cleaner.total_duration_s"): self._total_s,
            Address("cleaner.runs"): self._runs,
            Address("battery.level"): self.battery.level,
            Address("battery.charging"): self._status == Status.CHARGING,
            Address("brush.life"): self._brush,
            Address("filter.life"): self._filter,
            Address("sound.volume"): self._volume,
            Address("controls.child_lock"): self._is_locked,
            Address("status.fault"): int(self._fault()),
        }

    def step(self, dt_s: float) -> tuple[Happening, ...]:
        """Let time pass: dust falls, and the robot goes about what it does."""
        self._day_s += dt_s
        self.floor.step(dt_s)
        if 9.0 <= hour_of(self._day_s) < 17.0 and chance(self._rng, SENT_PER_S, dt_s):
            self._start()
        return in_slices(dt_s, self._slice_s, self._live)

    def apply(self, values: Mapping[Address, Scalar]) -> None:
        """Take over what was set."""
        for address, value in values.items():
            match address, value:
                case "cleaner.mode", int():
                    self._mode = value
                case "sound.volume", int():
                    self._volume = value
                case "controls.child_lock", bool():
                    self._is_locked = value

    def run(self, action: Address, arguments: Mapping[str, Scalar]) -> Ran:
        """Run an action; a robot that is stuck moves for none of them."""
        match action, arguments.get("room"):
            case "cleaner.start", _:
                self._start()
            case "cleaner.clean_room", int(number):
                self._send([number - 1])
            case "cleaner.pause", _ if self._status in _MOVING:
                self._wait(Status.PAUSED)
            case "cleaner.stop" | "cleaner.dock", _:
                self._call_off(is_going_home=action == "cleaner.dock")
            case "brush.reset", _:
                self._brush = 100.0
            case "filter.reset", _:
                self._filter = 100.0
        return Ran()

    def press(self, button: str) -> None:
        """Press a button, lift it free, or empty its bin; a locked robot takes only the hands."""
        if button == "empty":
            self.bin_g = 0.0
        elif button == "free" and self._status == Status.STUCK:
            self._free()
        elif self._is_locked:
            return
        elif button == "start":
            self._start()
        elif button == "dock":
            self._call_off(is_going_home=True)

    def _free(self) -> None:
        """Set it on its way again, or on its dock if it could not get there any more."""
        if self.battery.is_low:
            self._place_m, self._status = 0.0, Status.CHARGING
        else:
            self._status = Status.CLEANING if self._queue else Status.RETURNING

    def _room(self) -> int:
        if self.is_docked:
            return 0
        return 1 + min(range(len(ROOMS)), key=lambda n: abs(ROOMS[n].place_m - self._place_m))

    def _fault(self) -> Fault:
        if self._status == Status.STUCK:
            return Fault.STUCK
        return Fault.BIN_FULL if self.bin_g >= BIN_G else Fault.NONE

    def _start(self) -> None:
        if self._queue and self._status in _WAITING | {Status.RETURNING}:
            self._go()
        elif not self._queue:
            self._send(range(len(ROOMS)))

    def _send(self, rooms: Sequence[int]) -> None:
        if self._status != Status.STUCK and self.bin_g < BIN_G:
            self._begin(rooms)

    def _begin(self, rooms: Sequence[int]) -> None:
        self._queue, self._left_m2 = list(rooms), ROOMS[rooms[0]].area_m2
        self._area_m2 = self._duration_s = 0.0
        self._runs += 1
        self._go()

    def _go(self) -> None:
        """Set off, or charge first: with a battery that is too low it stays on its dock."""
        if self.battery.is_low:
            self._status = Status.CHARGING if self.is_docked else Status.RETURNING
        else:
            self._status = Status.CLEANING

    def _call_off(self, *, is_going_home: bool) -> None:
        self._queue = []
        if self._status == Status.STUCK or self.is_docked:
            self._status = Status.STUCK if self._status == Status.STUCK else Status.CHARGING
        elif is_going_home:
            self._status = Status.RETURNING
        else:
            self._wait(Status.IDLE)

    def _wait(self, status: Status) -> None:
        self._status, self._waited_s = status, 0.0

    def _slice_s(self) -> float:
        if self._status in _MOVING:
            return SLICE_S
        if self._status == Status.CHARGING:
            return self.battery.charging_s
        if self._status in _WAITING and not self.is_docked:
            return max(0.1, PATIENCE_S - self._waited_s)
        return float("inf")

    def _live(self, dt_s: float) -> list[Happening]:
        match self._status:
            case Status.CLEANING:
                return self._clean(dt_s)
            case Status.RETURNING:
                return self._drive(0.0, dt_s)
            case Status.CHARGING:
                self._charge(dt_s)
                return []
        return self._stand(dt_s)

    def _charge(self, dt_s: float) -> None:
        self.battery.charge(dt_s)
        if self._queue and self.battery.is_ready:
            self._status = Status.CLEANING
        elif self.battery.is_full:
            self._status = Status.IDLE

    def _stand(self, dt_s: float) -> list[Happening]:
        if self.is_docked:
            return []
        self._waited_s += dt_s
        told = self._drain(None, dt_s)
        if self._status in _WAITING and self._waited_s >= PATIENCE_S:
            self._status, self._queue = Status.RETURNING, []
        return told

    def _drive(self, goal_m: float, dt_s: float) -> list[Happening]:
        way_m = goal_m - self._place_m
        stretch_m = min(abs(way_m), DRIVE_M_S * dt_s)
        self._place_m += stretch_m if way_m > 0.0 else -stretch_m
        if stretch_m == abs(way_m):
            self._place_m = goal_m
        if self.is_docked and self._status == Status.RETURNING:
            self._status = Status.CHARGING
        return self._drain(0, dt_s)

    def _clean(self, dt_s: float) -> list[Happening]:
        self._duration_s += dt_s
        self._total_s += dt_s
        number = self._queue[0]
        if self._place_m != ROOMS[number].place_m:
            told = self._drive(ROOMS[number].place_m, dt_s)
        else:
            told = [*self._sweep(number, dt_s), *self._drain(self._mode, dt_s)]
        if self._status == Status.CLEANING and self.battery.is_low:
            self._status = Status.RETURNING
        return told

    def _sweep(self, number: int, dt_s: float) -> list[Happening]:
        area_m2 = min(SWEEP_M2_S * dt_s, self._left_m2)
        self._left_m2 -= area_m2
        self._area_m2 += area_m2
        self._total_m2 += area_m2
        self.bin_g += self.floor.sweep(number, area_m2, TAKEN_UP[self._mode])
        told = self._wear(dt_s)
        if chance(self._rng, SNAGS_PER_M2, area_m2):
            self._status = Status.STUCK
            told.append(Happening(Address("cleaner.stuck"), {"room": number + 1}))
        elif self.bin_g >= BIN_G:
            self._queue, self._status = [], Status.RETURNING
            told.append(Happening(Address("cleaner.bin_full")))
        if self._left_m2 <= 0.0:
            told += self._next_room()
        return told

    def _next_room(self) -> list[Happening]:
        del self._queue[:1]
        if self._queue:
            self._left_m2 = ROOMS[self._queue[0]].area_m2
            return []
        if self._status != Status.CLEANING:
            return []
        self._status = Status.RETURNING
        facts = {"area_m2": round(self._area_m2, 1), "duration_s": round(self._duration_s)}
        return [Happening(Address("cleaner.finished"), facts)]

    def _wear(self, dt_s: float) -> list[Happening]:
        before = self._brush, self._filter
        self._brush = max(0.0, self._brush - 100.0 * dt_s / BRUSH_S)
        self._filter = max(0.0, self._filter - 100.0 * dt_s / FILTER_S)
        worn = zip(("brush.worn", "filter.worn"), before, (self._brush, self._filter), strict=True)
        return [Happening(Address(name)) for name, was, now in worn if was >= WORN_PERCENT > now]

    def _drain(self, mode: int | None, dt_s: float) -> list[Happening]:
        is_new = self.battery.drain(mode, dt_s)
        return [Happening(Address("battery.low"))] if is_new else []
