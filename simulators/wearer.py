"""The person in a band: sleeps, sits, walks and runs through the day, with a heart that follows."""

from enum import IntEnum
from random import Random
from typing import Final

from simulators.physics import DAY_S, Wander, chance, hour_of, relax


class Doing(IntEnum):
    """What the person does; the numbers are those of `activity.state`."""

    STILL = 0
    WALKING = 1
    RUNNING = 2
    SLEEPING = 3


class Stage(IntEnum):
    """How the person sleeps; the numbers are those of `sleep.stage`."""

    AWAKE = 0
    LIGHT = 1
    DEEP = 2
    REM = 3


STEPS_PER_S: Final = {Doing.WALKING: 1.8, Doing.RUNNING: 2.7}
STRIDE_M: Final = {Doing.WALKING: 0.72, Doing.RUNNING: 1.05}

ABOVE_REST_BPM: Final = {
    Doing.SLEEPING: -4.0,
    Doing.STILL: 10.0,
    Doing.WALKING: 38.0,
    Doing.RUNNING: 92.0,
}
"""How far the heart is above its resting rate."""

HEART_TAU_S: Final = 45.0
"""How fast the heart follows what its owner does."""

WALKS_PER_H: Final = ((7.0, 9.0, 4.0), (12.0, 13.5, 4.0), (17.0, 19.5, 4.0), (7.0, 22.5, 1.5))
"""From hour, to hour, walks an hour; the first span counts."""

WALK_S: Final = (60.0, 900.0)
RUN_H: Final = 18.5
RUN_S: Final = (1_200.0, 2_700.0)
RUNS: Final = 0.4
"""On how many evenings the person runs."""

NOON_S: Final = 43_200.0
BED_H: Final = 23.0
NIGHT_S: Final = (6.5 * 3_600.0, 8.0 * 3_600.0)

CYCLE: Final = (
    (0.35, Stage.LIGHT),
    (0.65, Stage.DEEP),
    (0.80, Stage.LIGHT),
    (1.0, Stage.REM),
)
"""Up to which part of a cycle of sleep each stage lasts."""

CYCLE_S: Final = 5_400.0


class Wearer:
    """One person.

    Attributes:
        doing: What the person does now.
        heart_bpm: Heart rate.
        resting_bpm: What it comes down to.
        asleep_s: How long the person has slept this night, or the last one.
    """

    def __init__(self, rng: Random, day_s: float) -> None:
        self._rng = rng
        self._day_s = day_s
        self.resting_bpm = rng.uniform(50.0, 68.0)
        self._tremble = Wander(rng, mean=0.0, spread=2.5, tau_s=120.0)
        self._bed_s = BED_H * 3_600.0 + rng.uniform(-2_400.0, 2_400.0)
        self._night_s = rng.uniform(*NIGHT_S)
        self._is_runner_today = rng.random() < RUNS
        self._left_s = 0.0
        self.doing = Doing.SLEEPING if self._is_night() else Doing.STILL
        self.asleep_s = min((day_s - self._bed_s) % DAY_S, self._night_s)
        self.heart_bpm = self.resting_bpm + ABOVE_REST_BPM[self.doing]

    @property
    def stage(self) -> Stage:
        """How the person sleeps: cycles of an hour and a half, with less deep sleep each time."""
        if self.doing is not Doing.SLEEPING:
            return Stage.AWAKE
        cycles, part = divmod(self.asleep_s / CYCLE_S, 1.0)
        stage = next(stage for until, stage in CYCLE if part <= until)
        return Stage.LIGHT if stage is Stage.DEEP and cycles >= 3.0 else stage

    def step(self, dt_s: float) -> float:
        """Let time pass; return how many steps were walked meanwhile."""
        if (self._day_s + dt_s) // DAY_S > self._day_s // DAY_S:
            self._is_runner_today = self._rng.random() < RUNS
        if (self._day_s + dt_s + NOON_S) // DAY_S > (self._day_s + NOON_S) // DAY_S:
            self._bed_s = BED_H * 3_600.0 + self._rng.uniform(-2_400.0, 2_400.0)
            self._night_s = self._rng.uniform(*NIGHT_S)
        self._day_s += dt_s
        self._choose(dt_s)
        self._tremble.step(dt_s)
        target = self.resting_bpm + ABOVE_REST_BPM[self.doing] + self._tremble.value
        self.heart_bpm = relax(self.heart_bpm, target, 1.0 / HEART_TAU_S, dt_s)
        if self.doing is Doing.SLEEPING:
            self.asleep_s = min(self.asleep_s + dt_s, self._night_s)
        moved_s = min(dt_s, max(0.0, self._left_s + dt_s))
        return STEPS_PER_S.get(self.doing, 0.0) * moved_s

    def _choose(self, dt_s: float) -> None:
        """Go to bed, get up, begin or end a walk or a run."""
        self._left_s -= dt_s
        if self._is_night():
            if self.doing is not Doing.SLEEPING:
                self.doing, self.asleep_s = Doing.SLEEPING, 0.0
            return
        if self.doing is Doing.SLEEPING:
            self.doing, self._left_s = Doing.STILL, 0.0
        elif self._left_s <= 0.0:
            self._move(dt_s)

    def _move(self, dt_s: float) -> None:
        hour = hour_of(self._day_s)
        if self._is_runner_today and RUN_H <= hour < RUN_H + 1.0:
            self._is_runner_today = False
            self.doing, self._left_s = Doing.RUNNING, self._rng.uniform(*RUN_S)
            return
        often = next((often for begin, end, often in WALKS_PER_H if begin <= hour < end), 0.0)
        if chance(self._rng, often / 3_600.0, dt_s):
            self.doing, self._left_s = Doing.WALKING, self._rng.uniform(*WALK_S)
        else:
            self.doing = Doing.STILL

    def _is_night(self) -> bool:
        return (self._day_s - self._bed_s) % DAY_S < self._night_s
