"""A device that sleeps: it wakes on its interval or for an event, takes what waits, and goes.

Pure as `device.SimDevice` is, and held in the same way by its link or its gateway: while it sleeps
there is no connection, `redial_s` says when it wakes, and `tick` lets its hardware look around.
"""

import math
from collections.abc import Sequence
from random import Random
from typing import Final, Protocol, runtime_checkable

from protocol.ids import DeviceId
from protocol.messages import DownMessage, Presence, Rest, Sleep, UpMessage
from simulators.device import SimDevice
from simulators.physics import Physics
from simulators.voice import Absence

EARLIEST: Final = 0.9
"""A wake comes after this part of the interval at the earliest, so that sleepers spread."""

FIRST: Final = 0.3
"""The first one may come sooner: those that were switched on together do not wake together."""


@runtime_checkable
class Sleepy(Physics, Protocol):
    """Hardware that runs on a battery and sleeps to save it."""

    interval_s: int
    """It wakes at least so often, wire seconds."""

    awake_s: int
    """How long it stays awake when it hears nothing."""

    def wake(self) -> None:
        """Pay for one wake: the radio takes its part of the battery."""


class Sleeper:
    """One sleeping device around the `SimDevice` that it is while awake.

    Attributes:
        due_s: When `tick` has something to do, asleep or awake.
        tempo: Its long waits.
    """

    def __init__(self, device: SimDevice, physics: Sleepy, seed: int) -> None:
        self.id: DeviceId = device.id
        self.product = device.product
        self.tempo = device.tempo
        self.due_s = math.inf
        self._device, self._physics = device, physics
        self._rng = Random(f"{seed} {device.id}")  # noqa: S311 - what it does has to repeat from its seed
        self._wake_s: float | None = None
        self._look_s = self._quiet_s = math.inf
        self._may_rest = False
        self._earliest = FIRST
        self._declared: Sleep | None = None
        self._declare()

    @property
    def buttons(self) -> tuple[str, ...]:
        """What a person can press on it."""
        return self._device.buttons

    def has_button(self, name: str) -> bool:
        """Say whether `press` knows this, a button or an address."""
        return self._device.has_button(name)

    @property
    def epoch(self) -> int:
        """Number of the running boot."""
        return self._device.epoch

    @property
    def connection(self) -> int:
        """CONNECTs since that boot; of a child, those of its gateway."""
        return self._device.connection

    @property
    def is_connected(self) -> bool:
        """Whether it is awake and its link is up."""
        return self._device.is_connected

    @property
    def is_asleep(self) -> bool:
        """Whether it said that it sleeps, and has not woken since."""
        return self._wake_s is not None

    @property
    def redial_s(self) -> float | None:
        """When it comes back from a sleep or a reboot; None while it is not away on purpose."""
        return self._device.redial_s if self._wake_s is None else self._wake_s

    def dial(self) -> Presence:
        """Wake: count a CONNECT, and return the will to register with it."""
        return self.attach(self.connection + 1)

    def attach(self, connection: int) -> Presence:
        """Wake: speak as of this connection; return what a will on it has to say."""
        self._wake_s = None
        self._physics.wake()
        return self._device.attach(connection)

    def connected(self, now_s: float) -> list[UpMessage]:
        """Take in that the link is up; return the introduction and all that has happened."""
        self._wake_s, self._may_rest = None, False
        self._quiet_s = now_s + self._awake_s()
        self._declare()
        return self._settle([*self._device.connected(now_s), *self._device.report(now_s)])

    def lost(self, unsent: Sequence[object] = ()) -> None:
        """Take in that the link is gone, or closed behind the last word."""
        self._device.lost(unsent)
        self._settle([])

    def leave(self, reason: Absence = "shutdown") -> list[UpMessage]:
        """Return the orderly goodbye; a sleeper that is asleep says nothing."""
        return self._settle(self._device.leave(reason))

    def speak_removed(self, *, is_announced: bool) -> list[UpMessage]:
        """Return what a gateway says for a child that is unpaired, asleep or not."""
        self._wake_s = None
        return self._settle(self._device.speak_removed(is_announced=is_announced))

    def speak_asleep(self, connection: int, birth: str | None) -> list[UpMessage]:
        """Return what its gateway announces for it on this connection while it sleeps."""
        self._device.attach(connection)
        return self._device.speak_asleep(birth)

    def introduce(self, now_s: float) -> list[UpMessage]:
        """Announce again."""
        return self._settle(self._device.introduce(now_s))

    def reborn(self, epoch: int) -> None:
        """Take in that the device has booted, or been paired anew."""
        self._wake_s = None
        self._device.reborn(epoch)
        self._settle([])

    def crash(self, back_s: float) -> None:
        """Take in that the device boots without a word, and is back then."""
        self._wake_s = None
        self._device.crash(back_s)
        self._settle([])

    def rouse(self, now_s: float) -> None:
        """Wake now, if it sleeps, as if somebody had tapped on it."""
        self.wake_by(now_s)
        self._look_s = now_s
        self._settle([])

    def wake_by(self, wake_s: float) -> None:
        """Wake no later than this, if it sleeps."""
        if self._wake_s is not None:
            self._wake_s = min(self._wake_s, wake_s)

    def on_message(
        self, message: DownMessage, now_s: float, *, is_retained: bool = False
    ) -> list[UpMessage]:
        """Take in a message of the hub and return what to say to it; asleep it hears nothing."""
        if is_retained or not self.is_connected:
            return []
        self._quiet_s = now_s + self._awake_s()
        if isinstance(message, Rest):
            self._may_rest = True
            return self._settle(self._doze(now_s))
        out = self._device.on_message(message, now_s)
        return self._settle([*out, *self._follow_up(now_s)])

    def press(self, button: str, now_s: float) -> list[UpMessage]:
        """Press a button on the device, which wakes it."""
        out = self._device.press(button, now_s)
        self.rouse(now_s)
        return self._settle(out)

    def unplug(self, address: str, now_s: float) -> list[UpMessage]:
        """Take a sensor away, which wakes the device."""
        out = self._device.unplug(address, now_s)
        self.rouse(now_s)
        return self._settle(out)

    def tick(self, now_s: float) -> list[UpMessage]:
        """Let time pass and return what has become due; an event is a reason to wake."""
        out = self._device.tick(now_s)
        if out:
            self._quiet_s = now_s + self._awake_s()
        self._look_s = now_s + self._device.report_s
        if self._device.has_news:
            self.wake_by(now_s)
        return self._settle([*out, *self._follow_up(now_s)])

    def _follow_up(self, now_s: float) -> list[UpMessage]:
        out = self._device.introduce(now_s) if self._declare() else []
        return [*out, *self._doze(now_s)]

    def _declare(self) -> bool:
        """Say in the announce how it sleeps now; return whether that is new."""
        declared = Sleep(interval_s=self._physics.interval_s, awake_s=self._physics.awake_s)
        is_new, self._declared = declared != self._declared, declared
        self._device.declare(declared)
        return is_new

    def _doze(self, now_s: float) -> list[UpMessage]:
        """Fall asleep if the hub lets it or says nothing, and no command is half done."""
        if not self.is_connected or self._device.is_busy:
            return []
        if not self._may_rest and now_s < self._quiet_s:
            return []
        interval_s = self.tempo.away_s(self._physics.interval_s)
        self._wake_s = now_s + interval_s * self._rng.uniform(self._earliest, 1.0)
        self._earliest = EARLIEST
        self._look_s = now_s + self._device.report_s
        return self._device.fall_asleep()

    def _awake_s(self) -> float:
        return self.tempo.awake_s(self._physics.awake_s)

    def _settle(self, out: list[UpMessage]) -> list[UpMessage]:
        if self.is_connected:
            quiet_s = math.inf if self._device.is_busy else self._quiet_s
            self.due_s = min(self._device.due_s, quiet_s)
        else:
            self.due_s = self._look_s if self.is_asleep else math.inf
        return out
