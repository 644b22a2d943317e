"""The hardware in a device: physics in wire time, what it obeys, what it shows."""

import math
from collections import deque
from collections.abc import Mapping
from random import Random
from typing import Final, NamedTuple

from protocol.ids import Address
from protocol.messages import ActionCommand, Scalar, SetCommand
from protocol.validator import CompiledProduct
from simulators import quantities
from simulators.commands import Answer, refusal
from simulators.physics import Happening, Physics
from simulators.reporting import Reporter, Values

EVENTS_KEPT: Final = 16
"""Events that wait for the link or the rate; of more the oldest are lost."""

STEP_S: Final = 60.0
STEPS: Final = 240
"""Physics moves in steps of at most `STEP_S`, unless that would be more than `STEPS` at once."""


class Done(NamedTuple):
    """What came of a command: its answer, the values to show for it, whether a reboot follows."""

    answer: Answer
    values: Values
    reboot_s: float | None = None


class Hardware:
    """Physics with its own pace of time.

    Attributes:
        happenings: Events that are not told yet, oldest first.
    """

    def __init__(self, physics: Physics, product: CompiledProduct, speed: float) -> None:
        self.happenings: deque[Happening] = deque(maxlen=EVENTS_KEPT)
        self._physics = physics
        self._product = product
        self._speed = speed
        self._reporter = Reporter(product, physics.deadbands)
        self._stepped_s: float | None = None
        self._unknown: set[Address] = set()
        self._rng = Random(0)  # noqa: S311 - what a hand does has to repeat

    @property
    def report_s(self) -> float:
        """How often it measures."""
        return self._physics.report_s

    @property
    def buttons(self) -> tuple[str, ...]:
        """What a person can press."""
        return self._physics.buttons

    def pass_time(self, now_s: float) -> None:
        """Let physics come up to `now_s`; the first call says where time begins."""
        if self._stepped_s is None:
            self._stepped_s = now_s
        left_s = (now_s - self._stepped_s) * self._speed
        if left_s <= 0.0:
            return
        self._stepped_s = now_s
        steps = min(STEPS, math.ceil(left_s / STEP_S))
        for _ in range(steps):
            self.happenings.extend(self._physics.step(left_s / steps))

    def has_button(self, name: str) -> bool:
        """Say whether `press` knows this."""
        return (
            name in self.buttons or name in self._product.events or name in self._product.writable
        )

    def unplug(self, address: str) -> None:
        """Take a sensor away: nobody knows this value any more."""
        self._unknown.add(Address(address))

    def press(self, name: str) -> None:
        """Press a button; an event by its address happens, a property is set by hand."""
        address = Address(name)
        if event := self._product.events.get(address):
            self.happenings.append(
                Happening(address, quantities.samples(event.arguments, self._rng))
            )
        elif name in self.buttons:
            self._physics.press(name)
        else:
            held = self._values().get(address)
            value = quantities.another(self._product.properties[address], held, self._rng)
            self._physics.apply({address: value})

    def full(self) -> Values:
        """Return every readable property."""
        return self._reporter.full(self._values())

    def changes(self) -> Values:
        """Return what has changed enough to be told."""
        return self._reporter.changes(self._values())

    def obey(self, command: SetCommand | ActionCommand) -> Done:
        """Carry out a command, or refuse it whole."""
        refused = refusal(self._product, command)
        if refused:
            return Done(refused, {})
        before = self._values()
        if isinstance(command, SetCommand):
            wanted = {Address(address): value for address, value in command.values.items()}
            self._physics.apply(wanted)
            return Done(Answer("done"), self._caused(before, wanted))
        ran = self._physics.run(Address(command.action), command.arguments)
        return Done(Answer("done", results=ran.results), self._caused(before, {}), ran.reboot_s)

    def _values(self) -> Mapping[Address, Scalar]:
        values = self._physics.values()
        return {a: None if a in self._unknown else v for a, v in values.items()}

    def _caused(self, before: Mapping[Address, Scalar], wanted: Mapping[Address, Scalar]) -> Values:
        return self._reporter.caused(before, self._values(), wanted)
