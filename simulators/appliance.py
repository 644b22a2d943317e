"""What many appliances have beside their trade: a switch, settings, an off-timer, a meter."""

from collections.abc import Mapping
from typing import Final

from protocol.ids import Address
from protocol.messages import Scalar

DEADBANDS: Final[Mapping[str, float]] = {
    "air.humidity": 1.0,
    "air.temperature": 0.2,
    "meter.energy_wh": 5.0,
    "meter.power_w": 2.0,
    "timer.left_s": 60.0,
}
"""Changes worth a report, of what these parts and a room's sensors show."""

Values = Mapping[Address, Scalar]

CONTROLS: Final[Values] = {
    Address("controls.child_lock"): False,
    Address("controls.buzzer"): True,
    Address("display.on"): True,
}
"""Settings that most appliances have."""


class Meter:
    """An appliance's own electricity meter.

    Attributes:
        power_w: Drawn during the last step, on average.
        energy_wh: Drawn since the meter was reset.
    """

    def __init__(self) -> None:
        self.power_w = self.energy_wh = 0.0

    def step(self, power_w: float, dt_s: float) -> None:
        """Count `power_w` drawn for `dt_s`."""
        self.power_w = power_w
        self.energy_wh += power_w * dt_s / 3600.0

    def run(self, action: Address) -> None:
        """Run `meter.reset`, if it is that."""
        if action == "meter.reset":
            self.energy_wh = 0.0

    def values(self) -> dict[Address, Scalar]:
        """Return what the meter shows."""
        return {
            Address("meter.power_w"): self.power_w,
            Address("meter.energy_wh"): self.energy_wh,
        }


class OffTimer:
    """Switches its appliance off once, after a time that somebody sets."""

    def __init__(self) -> None:
        self._after_s = 0
        self._left_s = 0.0

    def apply(self, values: Values) -> None:
        """Start anew with what is set; 0 stops it."""
        match values.get(Address("timer.off_after_s")):
            case int(after_s):
                self._after_s, self._left_s = after_s, float(after_s)

    def stop(self) -> None:
        """Forget what was set."""
        self._after_s, self._left_s = 0, 0.0

    def step(self, dt_s: float) -> bool:
        """Let time pass; say whether it has just run out."""
        if self._after_s == 0:
            return False
        self._left_s = max(0.0, self._left_s - dt_s)
        if self._left_s > 0.0:
            return False
        self.stop()
        return True

    def values(self) -> dict[Address, Scalar]:
        """Return what was set, and what is left of it."""
        return {
            Address("timer.off_after_s"): self._after_s,
            Address("timer.left_s"): self._left_s,
        }


class Console:
    """Switch, settings, timer and meter of one appliance.

    Attributes:
        is_on: Whether it is switched on.
        meter: For the appliance to count on.
    """

    def __init__(self, switch: str, settings: Values) -> None:
        """Begin switched on.

        Args:
            switch: Address of the main switch.
            settings: What a person sets and nothing else changes, as it is at first; with a
                `controls.child_lock` among them the buttons can be locked.
        """
        self.is_on = True
        self.meter = Meter()
        self._switch = Address(switch)
        self._settings = dict(settings)
        self._timer = OffTimer()

    def values(self) -> dict[Address, Scalar]:
        """Return all that it shows."""
        shown: dict[Address, Scalar] = {self._switch: self.is_on, **self._settings}
        return shown | self._timer.values() | self.meter.values()

    def step(self, dt_s: float) -> None:
        """Let time pass; the timer may switch off."""
        if self._timer.step(dt_s):
            self.is_on = False

    def apply(self, values: Values) -> None:
        """Take over what was set; switching off by hand ends the timer."""
        self._settings.update({a: v for a, v in values.items() if a in self._settings})
        match values.get(self._switch):
            case bool(is_on):
                self.turn(is_on=is_on)
        self._timer.apply(values)

    def turn(self, *, is_on: bool) -> None:
        """Switch by hand."""
        self.is_on = is_on
        if not is_on:
            self._timer.stop()

    def leaves(self, button: str) -> bool:
        """Press `power` or `lock`; say whether it was another one, and is not locked."""
        lock = Address("controls.child_lock")
        is_locked = self._settings.get(lock) is True
        if button == "lock":
            self._settings[lock] = not is_locked
        elif button == "power" and not is_locked:
            self.turn(is_on=not self.is_on)
        return button not in {"power", "lock"} and not is_locked
