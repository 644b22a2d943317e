"""A wearable band behind a gateway: it counts steps and heartbeats, and syncs in bursts."""

from collections.abc import Mapping
from random import Random
from typing import ClassVar, Final, Literal

from protocol import products
from protocol.ids import Address
from protocol.messages import Scalar
from simulators.physics import DAY_S, Happening, Ran, clamp
from simulators.wearer import STRIDE_M, Doing, Stage, Wearer

LASTS_S: Final = 10.0 * DAY_S
"""How long a charge lasts without any sync; each of these takes its part."""

SYNCS: Final = 6_000.0
"""How many syncs would empty it."""

CHARGE_S: Final = 5_400.0
"""How long it takes to charge."""

CHARGED_AT: Final = 20.0
"""Percent at which its owner puts it on the charger, the next time when awake and still."""

LOW_PERCENT: Final = 15.0

HIGH_BPM: Final = 120.0
"""A heart rate at rest that the band warns of."""

STEP_KCAL: Final = 0.04
BASAL_KCAL_PER_S: Final = 1_500.0 / DAY_S


class Band:
    """The band and its wearer."""

    product: ClassVar[str] = "band"
    needs_gateway: ClassVar[Literal[True]] = True
    buttons: ClassVar[tuple[str, ...]] = ("wrist", "charger")
    deadbands: ClassVar[Mapping[str, float]] = {
        "activity.steps": 20.0,
        "activity.distance_m": 20.0,
        "activity.energy_kcal": 5.0,
        "heart.rate": 3.0,
    }

    report_s = 10.0
    awake_s = 3

    def __init__(self, seed: int, *, day_s: float = 43_200.0) -> None:
        rng = self._rng = Random(seed)  # noqa: S311 - physics has to repeat from its seed
        self.interval_s = 900
        self._day_s = day_s
        self.wearer = Wearer(rng, day_s)
        self._steps = rng.uniform(0.4, 1.0) * 8_000.0 * (day_s % DAY_S) / DAY_S
        self._distance_m = self._steps * STRIDE_M[Doing.WALKING]
        self._energy_kcal = self._steps * STEP_KCAL + BASAL_KCAL_PER_S * (day_s % DAY_S)
        self._goal, self._is_goal_told = 8_000, False
        self._battery = rng.uniform(35.0, 100.0)
        self._is_low_told = self._is_high_told = False
        self._is_worn, self._is_charging = True, False

    @staticmethod
    def document() -> bytes:
        """Return the product spec."""
        return products.document("band")

    def values(self) -> dict[Address, Scalar]:
        """Return every readable property; off the wrist it knows nothing of a body."""
        worn, wearer = self._is_worn, self.wearer
        return {
            Address("activity.steps"): self._steps,
            Address("activity.distance_m"): self._distance_m,
            Address("activity.energy_kcal"): self._energy_kcal,
            Address("activity.state"): int(wearer.doing if worn else Doing.STILL),
            Address("activity.goal_steps"): self._goal,
            Address("heart.rate"): clamp(wearer.heart_bpm, 30.0, 220.0) if worn else None,
            Address("heart.resting_rate"): wearer.resting_bpm,
            Address("sleep.stage"): int(wearer.stage if worn else Stage.AWAKE),
            Address("sleep.duration_s"): wearer.asleep_s,
            Address("wearable.worn"): worn,
            Address("battery.level"): self._battery,
            Address("battery.charging"): self._is_charging,
        }

    def step(self, dt_s: float) -> tuple[Happening, ...]:
        """Let time pass: the wearer moves, the band counts while it is on the wrist."""
        if (self._day_s + dt_s) // DAY_S > self._day_s // DAY_S:
            self._steps = self._distance_m = self._energy_kcal = 0.0
            self._is_goal_told = False
        self._day_s += dt_s
        walked = self.wearer.step(dt_s)
        if self._is_worn:
            self._steps = min(self._steps + walked, 200_000.0)
            self._distance_m += walked * STRIDE_M.get(self.wearer.doing, 0.0)
            self._energy_kcal += walked * STEP_KCAL + BASAL_KCAL_PER_S * min(dt_s, DAY_S)
        self._charge(dt_s)
        return tuple(map(Happening, self._warnings()))

    def wake(self) -> None:
        """Pay for a sync."""
        self._battery = max(0.0, self._battery - 100.0 / SYNCS)

    def apply(self, values: Mapping[Address, Scalar]) -> None:
        """Take over what was set."""
        match values.get(Address("activity.goal_steps")):
            case int(goal):
                self._goal, self._is_goal_told = goal, False

    def run(self, action: Address, arguments: Mapping[str, Scalar]) -> Ran:
        """Run `wearable.locate` or `wearable.notify`: it buzzes, which nobody here hears."""
        return Ran()

    def press(self, button: str) -> None:
        """Take it off or put it on, or lay it on the charger and take it from there."""
        if button == "charger":
            self._is_charging = not self._is_charging
            self._is_worn = not self._is_charging
        elif not self._is_charging:
            self._is_worn = not self._is_worn

    def _charge(self, dt_s: float) -> None:
        if self._is_charging:
            self._battery = min(100.0, self._battery + 100.0 * dt_s / CHARGE_S)
            if self._battery >= 100.0:
                self._is_charging, self._is_worn, self._is_low_told = False, True, False
            return
        self._battery = max(0.0, self._battery - 100.0 * dt_s / LASTS_S)
        if self._battery < CHARGED_AT and self.wearer.doing is Doing.STILL:
            self._is_charging, self._is_worn = True, False

    def _warnings(self) -> list[Address]:
        told: list[Address] = []
        if self._steps >= self._goal and not self._is_goal_told:
            self._is_goal_told = True
            told.append(Address("activity.goal_reached"))
        if self._battery <= LOW_PERCENT and not self._is_low_told:
            self._is_low_told = True
            told.append(Address("battery.low"))
        is_high = self._is_worn and self._is_racing()
        if is_high and not self._is_high_told:
            told.append(Address("heart.rate_high"))
        self._is_high_told = is_high
        return told

    def _is_racing(self) -> bool:
        """Say whether the heart is high though its owner has sat for a while."""
        return self.wearer.doing is Doing.STILL and self.wearer.heart_bpm > HIGH_BPM
