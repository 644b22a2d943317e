"""What an automation would have done: it is let loose on what has happened, and nothing is sent."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from hub.core.arrangement.arrangement import Arrangement
from hub.core.arrangement.records import Arranged, Group, Scene
from hub.core.automations.almanac import Almanac, Now
from hub.core.automations.automations import Automations
from hub.core.automations.errors import Flaw
from hub.core.automations.records import Automation
from hub.core.automations.runs import Order, Run
from hub.core.commands import Commands
from hub.core.device import Device
from hub.core.events import (
    AutomationChanged,
    AutomationRan,
    Event,
    PresenceChanged,
    ValuesReported,
)
from hub.core.inbox import Inbox
from hub.core.people.sight import Sight
from protocol.ids import Address, DeviceId
from protocol.messages import Scalar
from protocol.presence import Presence

MOST_RUNS: Final = 200
"""Runs that one rehearsal tells."""

NOT_SENT: Final = "not-sent"


class Past(NamedTuple):
    """Something that has happened.

    Attributes:
        at_s: Unix seconds.
        address: Of a property; None where the presence was told.
        value: That of the property, or the presence.
    """

    at_s: float
    device: DeviceId
    address: Address | None
    value: Scalar


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What an automation would have done.

    Attributes:
        runs: The first `MOST_RUNS`, the oldest first; times are Unix seconds.
        is_more: Whether there would have been more.
        stop: Why it would have been switched off.
    """

    runs: tuple[Run, ...]
    is_more: bool
    stop: Flaw | None


@dataclass(frozen=True, slots=True)
class Scenery:
    """Where a rehearsal takes place.

    Attributes:
        arrangement: Has the groups and scenes.
        devices: Those that the automation names, as they are now.
        sight: What its author may do.
        almanac: Of the home.
    """

    arrangement: Arrangement
    devices: tuple[Device, ...]
    sight: Sight
    almanac: Almanac


def rehearse(
    automation: Automation, scenery: Scenery, past: Sequence[Past], from_s: float, until_s: float
) -> Rehearsed:
    """Let an automation loose on what has happened.

    Args:
        automation: Any; it is taken as switched on.
        scenery: Where.
        past: What has happened, in order; what was before `from_s` sets nothing off.
        from_s: Unix seconds; all that is told of the time is in Unix seconds.
        until_s: When the rehearsal ends.
    """
    stage = _Stage(replace(automation, is_enabled=True), scenery)
    return stage.play(past, from_s, until_s)


class _Stage:
    """A home of shadows: its devices show what they showed then, and do nothing."""

    def __init__(self, automation: Automation, scenery: Scenery) -> None:
        self._devices = {device.id: _shadow(device) for device in scenery.devices}
        self._arrangement = Arrangement(self._devices)
        home = scenery.arrangement
        kept: list[Arranged] = [*home.every(Group), *home.every(Scene), automation]
        for arranged in kept:
            self._arrangement.put_back(arranged, arranged)
        self._automations = Automations(
            self._devices, self._arrangement, Commands(), Inbox(0, str), epoch=0
        )
        self._automations.settle_in(scenery.almanac, lambda _: scenery.sight)
        self._id = automation.id
        self._runs: dict[str, Run] = {}

    def play(self, past: Sequence[Past], from_s: float, until_s: float) -> Rehearsed:
        """Let all happen again."""
        before = [one for one in past if one.at_s <= from_s]
        for one in before:
            self._show(one)
        self._automations.restore((), (), Now(from_s, from_s))
        self._automations.tick(Now(from_s, from_s))
        for one in past[len(before) :]:
            self._pass_time(one.at_s)
            if self._is_full or one.at_s > until_s:
                break
            event = self._show(one)
            self._automations.take(event, Now(one.at_s, one.at_s))
            self._carry_out(one.at_s)
        self._pass_time(until_s)
        runs = tuple(self._runs.values())
        kept = self._arrangement.get(Automation, self._id)
        stop = None if kept.is_enabled else self._automations.state(kept).problem
        return Rehearsed(runs[:MOST_RUNS], self._is_full, stop)

    @property
    def _is_full(self) -> bool:
        return len(self._runs) > MOST_RUNS

    def _pass_time(self, until_s: float) -> None:
        """Let time pass from one thing that is due to the next."""
        while (due_s := self._automations.due_s) <= until_s and not self._is_full:
            self._automations.tick(Now(due_s, due_s))
            self._carry_out(due_s)

    def _show(self, past: Past) -> Event:
        device = self._devices[past.device]
        if past.address is None:
            device.presence = Presence(str(past.value))
            return PresenceChanged(past.device, device.presence, "history", past.at_s)
        values = {past.address: past.value}
        device.reported.tell(values, past.at_s, None)
        return ValuesReported(past.device, values, past.at_s)

    def _carry_out(self, at_s: float) -> None:
        """Note what would be sent, and tell the automation of what it did to itself."""
        while (bidding := self._automations.bidding()) is not None:
            orders = [Order(step.device, None, NOT_SENT) for step in bidding.steps]
            self._automations.took(bidding, orders)
        for event in self._automations.flush().events:
            if isinstance(event, AutomationRan):
                self._runs[event.run.id] = event.run
            elif isinstance(event, AutomationChanged):
                self._automations.take(event, Now(at_s, at_s))


def _shadow(device: Device) -> Device:
    """Return a device that shows nothing yet, and is there."""
    shadow = Device(device.record, Presence.ONLINE, "history", 0.0)
    shadow.spec, shadow.is_whole = device.spec, True
    return shadow
