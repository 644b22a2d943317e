"""Earphones in their case: people listen, buds run down, the case fills them and is filled."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from random import Random
from typing import ClassVar, Final, Literal

from protocol import products
from protocol.ids import Address
from protocol.messages import Scalar
from simulators.physics import Happening, Ran, chance, clamp, hour_of, in_slices

OFF, CANCELLING, TRANSPARENT = range(3)
"""Values of `earphones.noise_mode`."""

STOPPED, PLAYING, PAUSED = range(3)
"""Values of `playback.state`."""

SLICE_S: Final = 30.0

BUD_WH: Final = 0.2
CASE_WH: Final = 1.9
"""55 mAh each and 500 mAh, at 3.7 V and 3.8 V: the case fills them four times."""

EFFICIENCY: Final = 0.85
"""Of what the case gives, this much is in the bud afterwards."""

RUN_H: Final = {OFF: 8.0, CANCELLING: 5.5, TRANSPARENT: 6.5}
"""How long a full bud plays."""

SILENT: Final = 0.45
"""Share of that power which it takes connected and silent."""

MICROPHONE: Final = 1.06
"""How much more the right bud takes, which has the microphone in use."""

FILL_H: Final = 1.1
CASE_FILL_H: Final = 1.6

LOW_PERCENT: Final = 15.0

OUT_PER_S: Final = {"rush": 1 / 1_200, "day": 1 / 9_000, "night": 0.0}
"""How fast somebody takes them out to listen: on the way to work and home, by day, by night."""

IN_PER_S: Final = 1 / 2_700
TALK_PER_S: Final = 1 / 1_500
TALKED_PER_S: Final = 1 / 90
"""How fast one bud comes out for a word with somebody, and goes back."""

CABLE_PER_S: Final = 1 / 2_400


class Place(Enum):
    """Where a bud is."""

    CASE = "case"
    EAR = "ear"
    HAND = "hand"


@dataclass(slots=True)
class Bud:
    """One of the two."""

    level: float
    appetite: float
    place: Place = Place.CASE

    @property
    def is_charging(self) -> bool:
        """Whether it would take from the case."""
        return self.place is Place.CASE and self.level < 100.0


class Earphones:
    """Two buds and their case; they speak Bluetooth, so a gateway speaks for them."""

    product: ClassVar[str] = "earphones"
    buttons: ClassVar[tuple[str, ...]] = ("take", "put_back", "one_out", "cable", "tap")
    deadbands: ClassVar[Mapping[str, float]] = {}
    needs_gateway: ClassVar[Literal[True]] = True

    report_s = 5.0

    def __init__(self, seed: int, *, day_s: float = 43_200.0) -> None:
        rng = self._rng = Random(seed)  # noqa: S311 - physics has to repeat from its seed
        self._day_s = day_s
        self.left = Bud(rng.uniform(60.0, 100.0), 1.0)
        self.right = Bud(self.left.level - rng.uniform(0.0, 6.0), MICROPHONE)
        self.case_level = rng.uniform(30.0, 95.0)
        self._has_cable = self._is_open = False
        self._noise, self._volume, self._equalizer = CANCELLING, 45, 0
        self._playback = STOPPED
        if rng.random() < 0.7:
            self._take()

    @staticmethod
    def document() -> bytes:
        """Return the product spec."""
        return products.document("earphones")

    def values(self) -> dict[Address, Scalar]:
        """Return every readable property."""
        is_filling = self.case_level > 0.0
        return {
            Address("earphones.connected"): self._is_connected(),
            Address("earphones.noise_mode"): self._noise,
            Address("left_bud.battery"): self.left.level,
            Address("left_bud.charging"): self.left.is_charging and is_filling,
            Address("left_bud.in_ear"): self.left.place is Place.EAR,
            Address("right_bud.battery"): self.right.level,
            Address("right_bud.charging"): self.right.is_charging and is_filling,
            Address("right_bud.in_ear"): self.right.place is Place.EAR,
            Address("case.battery"): self.case_level,
            Address("case.charging"): self._has_cable and self.case_level < 100.0,
            Address("case.open"): self._is_open,
            Address("playback.state"): self._playback,
            Address("sound.volume"): self._volume,
            Address("sound.equalizer"): self._equalizer,
        }

    def step(self, dt_s: float) -> tuple[Happening, ...]:
        """Let time pass: people listen and talk, batteries run down and are filled."""
        return in_slices(dt_s, lambda: SLICE_S, self._live)

    def apply(self, values: Mapping[Address, Scalar]) -> None:
        """Take over what was set."""
        for address, value in values.items():
            match address, value:
                case "earphones.noise_mode", int():
                    self._noise = value
                case "sound.volume", int():
                    self._volume = value
                case "sound.equalizer", int():
                    self._equalizer = value

    def run(self, action: Address, arguments: Mapping[str, Scalar]) -> Ran:
        """Run an action: play (if somebody wears them), pause; the beep of `locate` nobody sees."""
        if action == "playback.play" and self._is_worn():
            self._playback = PLAYING
        elif action == "playback.pause" and self._playback == PLAYING:
            self._playback = PAUSED
        return Ran()

    def press(self, button: str) -> None:
        """Take them out or put them back, take one out of its ear, plug the case in, tap a bud."""
        match button:
            case "take":
                self._take()
            case "put_back":
                self._put_back()
            case "one_out" if self._is_worn():
                self.left.place = Place.HAND
                self._pause()
            case "cable":
                self._has_cable = not self._has_cable
            case "tap" if self._is_worn():
                self._playback = PAUSED if self._playback == PLAYING else PLAYING

    def _live(self, dt_s: float) -> list[Happening]:
        self._day_s += dt_s
        was_in_case = self._is_in_case()
        self._behave(dt_s)
        told = [h for side, bud in self._buds() for h in self._power(side, bud, dt_s)]
        self._fill_case(dt_s)
        if self._is_connected() and all(bud.level == 0.0 for _, bud in self._buds()):
            self._put_back()
        if was_in_case and not self._is_in_case():
            told.append(Happening(Address("case.opened")))
        elif self._is_in_case() and not was_in_case:
            told.append(Happening(Address("case.closed")))
        return told

    def _behave(self, dt_s: float) -> None:
        hour = hour_of(self._day_s)
        time = "rush" if 7.0 <= hour < 9.0 or 17.0 <= hour < 19.0 else "day"
        time = time if 7.0 <= hour < 23.0 else "night"
        if self._is_in_case():
            if self.left.level > LOW_PERCENT and chance(self._rng, OUT_PER_S[time], dt_s):
                self._take()
        elif chance(self._rng, IN_PER_S if time != "night" else 4 * IN_PER_S, dt_s):
            self._put_back()
        elif self._is_worn():
            self._talk(dt_s)
        is_wanted = self.case_level < (40.0 if time != "night" else 90.0)
        is_done = self._has_cable and self.case_level >= 100.0
        if (is_done or (is_wanted and not self._has_cable)) and chance(
            self._rng, CABLE_PER_S, dt_s
        ):
            self._has_cable = not self._has_cable

    def _talk(self, dt_s: float) -> None:
        if self.left.place is Place.EAR and chance(self._rng, TALK_PER_S, dt_s):
            self.left.place = Place.HAND
            self._pause()
        elif self.left.place is Place.HAND and chance(self._rng, TALKED_PER_S, dt_s):
            self.left.place = Place.EAR
            self._playback = PLAYING

    def _take(self) -> None:
        if self._is_in_case():
            self.left.place = self.right.place = Place.EAR
            self._playback, self._is_open = PLAYING, True

    def _put_back(self) -> None:
        self.left.place = self.right.place = Place.CASE
        self._playback, self._is_open = STOPPED, False

    def _pause(self) -> None:
        """Ear detection: a bud that leaves its ear stops what plays."""
        if self._playback == PLAYING:
            self._playback = PAUSED

    def _power(self, side: int, bud: Bud, dt_s: float) -> list[Happening]:
        if bud.place is Place.CASE:
            self._fill(bud, dt_s)
            return []
        before = bud.level
        share = 1.0 if self._playback == PLAYING else SILENT
        drained = 100.0 * bud.appetite * share * dt_s / (RUN_H[self._noise] * 3600.0)
        bud.level = max(0.0, bud.level - drained)
        if before >= LOW_PERCENT > bud.level:
            return [Happening(Address("battery.low"), {"part": side})]
        return []

    def _fill(self, bud: Bud, dt_s: float) -> None:
        """Move energy from the case into a bud: what one loses, less the loss, the other gains."""
        gained = min(100.0 * dt_s / (FILL_H * 3600.0), 100.0 - bud.level)
        cost = gained * BUD_WH / CASE_WH / EFFICIENCY
        share = min(1.0, self.case_level / cost) if cost else 0.0
        bud.level = clamp(bud.level + gained * share, 0.0, 100.0)
        self.case_level = max(0.0, self.case_level - cost * share)

    def _fill_case(self, dt_s: float) -> None:
        if self._has_cable:
            self.case_level = min(100.0, self.case_level + 100.0 * dt_s / (CASE_FILL_H * 3600.0))

    def _buds(self) -> tuple[tuple[int, Bud], ...]:
        return ((0, self.left), (1, self.right))

    def _is_in_case(self) -> bool:
        return self.left.place is Place.CASE

    def _is_worn(self) -> bool:
        return self.right.place is Place.EAR

    def _is_connected(self) -> bool:
        return not self._is_in_case()
