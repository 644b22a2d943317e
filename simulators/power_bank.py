"""A power bank: gadgets come to its ports and go full, a charger fills it, losses warm it."""

from collections.abc import Mapping
from random import Random
from typing import ClassVar, Final

from protocol import products
from protocol.ids import Address
from protocol.messages import Scalar
from simulators.physics import Happening, Ran, Wander, chance, hour_of, in_slices, relax
from simulators.power_bank_cells import EFFICIENCY, Cells
from simulators.power_bank_ports import Ports

SLICE_S: Final = 30.0

INPUT_W: Final = (15.0, 45.0)
"""What it takes from its charger, without and with fast charging."""

OWN_W: Final = 0.02
"""What its electronics take all the time: full to empty in five months."""

K_PER_W: Final = 2.5
WARMING_PER_S: Final = 1 / 900
"""How much and how fast losses warm it."""

SUN_K: Final = 33.0
SUN_S: Final = 5_400.0
"""Left in the sun behind a window, and for how long."""

HOT: Final = 58.0
COOL: Final = 50.0
"""Above the first it charges and delivers nothing, until it is below the second, °C."""

LOW_PERCENT: Final = 10.0

CHARGER_PER_S: Final = 1 / 1_800
"""How fast somebody plugs a low bank in, or takes a full one off."""

NO_FAULT, OVERLOAD, OVERHEATED = range(3)
"""Values of `status.fault`."""


class PowerBank:
    """The bank, its charger and what hangs on it."""

    product: ClassVar[str] = "power-bank"
    buttons: ClassVar[tuple[str, ...]] = ("power", "charger", "gadget", "short", "sun")
    deadbands: ClassVar[Mapping[str, float]] = {
        "battery.temperature": 0.5,
        "battery.left_s": 300.0,
        "input.power_w": 0.5,
        "output.power_w": 0.5,
        "output.delivered_wh": 0.5,
        "ecohub:ports.c1_power_w": 0.5,
        "ecohub:ports.c2_power_w": 0.5,
        "ecohub:ports.a_power_w": 0.5,
    }

    report_s = 5.0

    def __init__(self, seed: int, *, day_s: float = 43_200.0) -> None:
        rng = self._rng = Random(seed)  # noqa: S311 - physics has to repeat from its seed
        self._day_s = day_s
        self._ambient = Wander(rng, mean=22.0, spread=1.5, tau_s=7_200.0)
        self.cells = Cells(rng.uniform(0.4, 0.95), cycles=rng.uniform(0.0, 200.0))
        self.ports = Ports(rng)
        self._temperature = self._ambient.value
        self._has_charger = False
        self._input_w = self._sun_s = 0.0
        self._is_on, self._has_display = True, True
        self._is_fast, self._is_low_current = True, False
        self._fault = NO_FAULT
        self._delivered_wh = rng.uniform(50.0, 2_000.0)
        if rng.random() < 0.7:
            self.ports.plug()

    @staticmethod
    def document() -> bytes:
        """Return the product spec."""
        return products.document("power-bank")

    def values(self) -> dict[Address, Scalar]:
        """Return every readable property."""
        c1_w, c2_w, a_w = self.ports.powers_w
        return {
            Address("battery.level"): self.cells.level,
            Address("battery.charging"): self._is_charging(),
            Address("battery.temperature"): self._temperature,
            Address("battery.health"): self.cells.health,
            Address("battery.cycles"): int(self.cells.cycles),
            Address("battery.left_s"): self._left_s(),
            Address("input.power_w"): self._input_w,
            Address("output.on"): self._is_on,
            Address("output.power_w"): self.ports.power_w,
            Address("output.delivered_wh"): self._delivered_wh,
            Address("output.fast_charge"): self._is_fast,
            Address("output.low_current"): self._is_low_current,
            Address("display.on"): self._has_display,
            Address("ecohub:ports.c1_power_w"): c1_w,
            Address("ecohub:ports.c2_power_w"): c2_w,
            Address("ecohub:ports.a_power_w"): a_w,
            Address("status.fault"): self._fault,
        }

    def step(self, dt_s: float) -> tuple[Happening, ...]:
        """Let time pass: energy goes in and out, and what is lost on the way is warmth."""
        return in_slices(dt_s, lambda: SLICE_S, self._live)

    def apply(self, values: Mapping[Address, Scalar]) -> None:
        """Take over what was set."""
        for address, value in values.items():
            match address, value:
                case "output.on", bool():
                    self._switch(is_on=value)
                case "output.fast_charge", bool():
                    self._is_fast = value
                case "output.low_current", bool():
                    self._is_low_current = value
                case "display.on", bool():
                    self._has_display = value

    def run(self, action: Address, arguments: Mapping[str, Scalar]) -> Ran:
        """Run an action; it has none."""
        return Ran()

    def press(self, button: str) -> None:
        """Press its button, plug in its charger or a gadget, short a port, lay it into the sun."""
        match button:
            case "power":
                self._switch(is_on=not self._is_on)
            case "charger":
                self._has_charger = not self._has_charger
            case "gadget":
                self.ports.plug()
            case "short":
                self.ports.is_shorted = True
            case "sun":
                self._sun_s = SUN_S

    def _switch(self, *, is_on: bool) -> None:
        self._is_on = is_on
        if is_on and self._fault == OVERLOAD:
            self._fault = NO_FAULT
        if not is_on:
            self.ports.rest()

    def _live(self, dt_s: float) -> list[Happening]:
        self._day_s += dt_s
        is_awake = 7.0 <= hour_of(self._day_s) < 23.0
        self.ports.come_and_go(dt_s, is_awake=is_awake)
        self._mind_charger(dt_s, is_awake=is_awake)
        self._input_w = self._wanted_w() if self._has_charger else 0.0
        if self._is_on and self._fault != OVERHEATED:
            self.ports.ask(is_fast=self._is_fast, is_low_current=self._is_low_current)
        else:
            self.ports.rest()
        return [*self._trip(), *self._flow(dt_s)]

    def _wanted_w(self) -> float:
        return 0.0 if self._fault == OVERHEATED else INPUT_W[self._is_fast] * self.cells.appetite

    def _mind_charger(self, dt_s: float, *, is_awake: bool) -> None:
        level = self.cells.level
        is_wanted = level < (25.0 if is_awake else 90.0)
        is_done = self._has_charger and level >= 99.9
        if (is_done or (is_wanted and not self._has_charger)) and chance(
            self._rng, CHARGER_PER_S, dt_s
        ):
            self._has_charger = not self._has_charger

    def _flow(self, dt_s: float) -> list[Happening]:
        before = self.cells.level
        in_wh, out_wh = self._input_w * dt_s / 3600.0, self.ports.power_w * dt_s / 3600.0
        given = self.cells.flow(in_wh, out_wh, OWN_W * dt_s / 3600.0)
        self._input_w *= given.in_share
        self.ports.deliver(given.out_share, dt_s)
        self._delivered_wh += out_wh * given.out_share
        told = self._warm(dt_s)
        if before >= LOW_PERCENT > self.cells.level:
            told.append(Happening(Address("battery.low")))
        return told

    def _warm(self, dt_s: float) -> list[Happening]:
        lost_w = self._input_w * (1.0 - EFFICIENCY)
        lost_w += self.ports.power_w * (1.0 / EFFICIENCY - 1.0)
        around = self._ambient.step(dt_s) + (SUN_K if self._sun_s > 0.0 else 0.0)
        self._sun_s = max(0.0, self._sun_s - dt_s)
        goal = around + K_PER_W * lost_w
        self._temperature = relax(self._temperature, goal, WARMING_PER_S, dt_s)
        if self._temperature > HOT and self._fault != OVERHEATED:
            self._fault = OVERHEATED
            return [Happening(Address("battery.overheated"))]
        if self._temperature < COOL and self._fault == OVERHEATED:
            self._fault = NO_FAULT
        return []

    def _trip(self) -> list[Happening]:
        """Cut the outputs off; whoever shorted the port pulls the cable out."""
        is_overloaded = self._is_on and self.ports.is_shorted
        self.ports.is_shorted = False
        if not is_overloaded:
            return []
        self._switch(is_on=False)
        self._fault = OVERLOAD
        return [Happening(Address("output.overload"))]

    def _is_charging(self) -> bool:
        return self._net_w() > 0.0

    def _net_w(self) -> float:
        return self._input_w * EFFICIENCY - self.ports.power_w / EFFICIENCY

    def _left_s(self) -> float | None:
        """Return the seconds to full or to empty; None while next to nothing flows."""
        net_w = self._net_w()
        if abs(net_w) < 0.5:
            return None
        return 3600.0 * (self.cells.room_wh / net_w if net_w > 0.0 else self.cells.wh / -net_w)
