"""Looks for what sets automations off: values, events, presences, holds and times of day."""

import math
from collections.abc import Mapping
from heapq import heappop, heappush
from typing import Final

from hub.core.automations.almanac import Almanac, Now
from hub.core.automations.duty import Duty
from hub.core.automations.judging import UNHEARD, Judge, holds
from hub.core.automations.progress import Hold, Truth
from hub.core.automations.records import (
    PresenceTrigger,
    PropertyTrigger,
    SunTrigger,
    TimeTrigger,
)
from hub.core.automations.runner import LATE_S
from hub.core.automations.runs import Fired
from hub.core.automations.starting import CATCH_UP_S, Starting
from hub.core.automations.watch import Watch
from hub.core.commands import Commands
from hub.core.device import Device
from hub.core.events import EventHappened, ValuesReported
from hub.core.receipts import is_same
from protocol.ids import Address, CommandId, DeviceId
from protocol.messages import Scalar
from protocol.presence import Presence

TIME_LATE_S: Final = 60.0
"""So late at most a time of day still fires, as planned commands do."""

UNHEARD_S: Final = 120.0
"""A device that has told nothing so long after a start is out of reach."""

LOOK_AGAIN_S: Final = 1.0
_HEARD: Final = frozenset({Presence.ONLINE, Presence.ASLEEP, Presence.UNSTABLE})


class Triggers:
    """Fires what is to be fired.

    Args:
        starting: Begins the runs.
        watch: Who looks at what.
        devices: The home's.
        commands: By which a change is traced to the automation behind it.
    """

    def __init__(
        self,
        starting: Starting,
        watch: Watch,
        devices: Mapping[DeviceId, Device],
        commands: Commands,
    ) -> None:
        self.almanac = Almanac()
        self._starting, self._watch = starting, watch
        self._judge: Judge = starting.judge
        self._devices, self._commands = devices, commands
        self._last: dict[tuple[DeviceId, Address], Scalar] = {}
        self._holds: list[tuple[float, str, int]] = []
        self._next_wall_s = math.inf
        self._wall_s = 0.0
        self._is_sure = False
        self._unheard_until_s: float | None = None

    @property
    def due_s(self) -> float:
        """When something has stayed so long enough, or a time of day comes; infinity for never."""
        return min(self._holds[0][0] if self._holds else math.inf, self._next_wall_s)

    def begin(self, now: Now) -> None:
        """Take in that the hub has started: nobody has told their presence yet."""
        self._unheard_until_s = now.s + UNHEARD_S

    def watch(self, duty: Duty, now: Now) -> None:
        """Look for what sets an automation off, from how all is now."""
        self._watch.add(duty)
        if not duty.automation.is_enabled:
            duty.nexts.clear()
            return
        for place, trigger in enumerate(duty.automation.triggers):
            match trigger:
                case PropertyTrigger():
                    self._remember(duty, place, trigger)
                case PresenceTrigger(device, presence):
                    shown = self._judge.presence(device)
                    if shown is not None:
                        duty.truths[place] = Truth(place, shown == presence, now.s)
                case TimeTrigger() | SunTrigger():
                    self._plan(duty, place, trigger, now)
        for hold in duty.holds.values():
            heappush(self._holds, (hold.due_s, duty.automation.id, hold.place))

    def plan_anew(self, now: Now, *, is_back: bool = False) -> None:
        """Reckon when times come that lie ahead: the home's zone, place or clock may be another.

        Args:
            now: The time.
            is_back: Whether the clock was set back, so that what seems past is not.
        """
        for duty in self._starting.duties.values():
            before = dict(duty.nexts)
            for place, at_s in before.items():
                if is_back or at_s > now.wall_s:
                    del duty.nexts[place]
            for place, trigger in enumerate(duty.automation.triggers):
                if duty.automation.is_enabled and isinstance(trigger, TimeTrigger | SunTrigger):
                    self._plan(duty, place, trigger, now)
            if duty.nexts != before:
                self._starting.touched[duty.automation.id] = None

    def unwatch(self, duty: Duty) -> None:
        """Look no more, and keep no value that nobody keeps up to date."""
        self._watch.remove(duty)
        for one in duty.automation.triggers:
            if isinstance(one, PropertyTrigger) and not self._watch.looks_at(one):
                self._last.pop((one.device, one.address), None)

    def values(self, event: ValuesReported, now: Now) -> None:
        """Take in what a device has told; costs one look where no automation looks at it."""
        watched = self._watch.values.get(event.device)
        if watched is None:
            return
        for address, places in list(watched.items()):
            value = event.values.get(address)
            if value is None:  # not told, or not known now
                continue
            key = (event.device, address)
            was, self._last[key] = self._last.get(key), value
            for duty, place in places:
                self._value(duty, place, event, (address, value, was), now)

    def happened(self, event: EventHappened, now: Now) -> None:
        """Take in an event of a device."""
        for duty, place in tuple(self._watch.events.get((event.device, event.event), ())):
            trigger = duty.automation.triggers[place]
            wanted = getattr(trigger, "arguments", {})
            if all(is_same(event.arguments.get(name), wanted[name]) for name in wanted):
                fired = Fired(
                    place, "event", event.device, event.event, arguments=dict(event.arguments)
                )
                self._starting.fire(duty, fired, now)

    def presence(self, device: DeviceId, shown: str, now: Now) -> None:
        """Take in how a device can be reached."""
        for duty, place in tuple(self._watch.presences.get(device, ())):
            trigger = duty.automation.triggers[place]
            if isinstance(trigger, PresenceTrigger):
                fired = Fired(place, "presence", device, value=shown)
                before, is_true = duty.truths.get(place), shown == trigger.presence
                if before is None or before.is_true is not is_true:
                    # Kept, since after a restart no twin tells how it was.
                    self._starting.touched[duty.automation.id] = None
                self._turn(duty, place, is_true, fired, now)

    def tick(self, now: Now) -> None:
        """Fire what has stayed as it had to, and what the time of day sets off."""
        while self._holds and self._holds[0][0] <= now.s:
            due_s, automation, place = heappop(self._holds)
            duty = self._starting.duties.get(automation)
            hold = duty.holds.get(place) if duty else None
            if duty is not None and hold is not None and hold.due_s <= due_s:
                self._held(duty, hold, now)
        if self._unheard_until_s is not None and now.s >= self._unheard_until_s:
            self._unheard_until_s = None
            for device in list(self._watch.presences):
                found = self._devices.get(device)
                if found is not None and found.reason == UNHEARD:
                    self.presence(device, str(found.presence), now)
        if now.is_sure:
            self._time(now)
        self._is_sure = now.is_sure

    # Values, and what has to stay

    def _value(
        self,
        duty: Duty,
        place: int,
        event: ValuesReported,
        told: tuple[Address, Scalar, Scalar],
        now: Now,
    ) -> None:
        trigger = duty.automation.triggers[place]
        if not isinstance(trigger, PropertyTrigger):
            return
        address, value, was = told
        is_other = was is not None and not is_same(value, was)
        fired = Fired(
            place,
            "property",
            event.device,
            address,
            value,
            was,
            command=event.cause,
            chain=self._chain(event.cause) if is_other else (),
        )
        if trigger.claim.is_any:
            if is_other:
                self._starting.fire(duty, fired, now)
            return
        self._turn(duty, place, holds(trigger.claim, value), fired, now)

    def _turn(self, duty: Duty, place: int, is_true: bool, fired: Fired, now: Now) -> None:
        """Take in whether a trigger is true; it fires when it becomes so."""
        before = duty.truths.get(place)
        duty.truths[place] = Truth(place, is_true, now.s)
        if not is_true:
            if duty.holds.pop(place, None) is not None:
                self._starting.touched[duty.automation.id] = None
            return
        if before is None or before.is_true:
            return
        trigger = duty.automation.triggers[place]
        for_s = trigger.for_s if isinstance(trigger, PropertyTrigger | PresenceTrigger) else 0.0
        if for_s <= 0:
            self._starting.fire(duty, fired, now)
            return
        hold = Hold(place, now.s + for_s, fired)
        duty.holds[place] = hold
        heappush(self._holds, (hold.due_s, duty.automation.id, place))
        self._starting.touched[duty.automation.id] = None

    def _held(self, duty: Duty, hold: Hold, now: Now) -> None:
        """Fire a trigger that has stayed true; if nobody knows whether it has, look again later."""
        late_s = now.s - hold.due_s
        if not self._is_known(hold.fired) and late_s <= CATCH_UP_S:
            heappush(self._holds, (now.s + LOOK_AGAIN_S, duty.automation.id, hold.place))
            return
        del duty.holds[hold.place]
        self._starting.touched[duty.automation.id] = None
        if late_s > CATCH_UP_S:
            self._starting.give_up(duty, hold.fired, "late", now, _too_late(late_s))
        else:
            self._starting.fire(duty, hold.fired, now, late_s if late_s > LATE_S else 0.0)

    def _is_known(self, fired: Fired) -> bool:
        """Say whether what has to stay is known now.

        A presence is once its device has had time to come back, a value while its device is here.
        """
        if fired.device is None:
            return True
        if fired.address is None:
            is_awaited = self._unheard_until_s is not None
            return not is_awaited or self._judge.presence(fired.device) is not None
        device = self._devices.get(fired.device)
        is_here = device is not None and device.presence in _HEARD and device.is_whole
        return is_here and self._judge.value(fired.device, fired.address) is not None

    def _chain(self, cause: CommandId | None) -> tuple[str, ...]:
        """Return the automations behind a command, the first one first."""
        record = self._commands.get(cause) if cause is not None else None
        duty = self._starting.duties.get(record.scope) if record else None
        if record is None or duty is None:
            return ()
        run = duty.runs.get(record.client_id.partition(".")[0])
        return (*(run.fired.chain if run else ()), duty.automation.id)

    def _remember(self, duty: Duty, place: int, trigger: PropertyTrigger) -> None:
        """Begin from what a property was last told to be, by whoever knows it later."""
        device = self._devices.get(trigger.device)
        reported = device.reported.get(trigger.address) if device else None
        if reported is None or reported.value is None:
            return
        self._last.setdefault((trigger.device, trigger.address), reported.value)
        known = duty.truths.get(place)
        if known is None or reported.at_s >= known.at_s:
            is_true = holds(trigger.claim, reported.value)
            duty.truths[place] = Truth(place, is_true, reported.at_s)

    # Times of day

    def _time(self, now: Now) -> None:
        if not self._is_sure or now.wall_s < self._wall_s - TIME_LATE_S:
            self.plan_anew(now, is_back=now.wall_s < self._wall_s - TIME_LATE_S)
        self._wall_s = now.wall_s
        if now.wall_s < self._next_wall_s:
            return
        for duty in list(self._starting.duties.values()):
            for place, at_s in list(duty.nexts.items()):
                if at_s <= now.wall_s and duty.automation.is_enabled:
                    self._due(duty, place, now.wall_s - at_s, now)
        self._next_wall_s = min(
            (at_s for duty in self._starting.duties.values() for at_s in duty.nexts.values()),
            default=math.inf,
        )

    def _due(self, duty: Duty, place: int, late_s: float, now: Now) -> None:
        trigger = duty.automation.triggers[place]
        if not isinstance(trigger, TimeTrigger | SunTrigger):
            return
        del duty.nexts[place]
        self._plan(duty, place, trigger, now)
        self._starting.touched[duty.automation.id] = None
        fired = Fired(place, trigger.type)
        if late_s > TIME_LATE_S:
            self._starting.give_up(duty, fired, "missed", now, _too_late(late_s))
        else:
            self._starting.fire(duty, fired, now, late_s if late_s > LATE_S else 0.0)

    def _plan(self, duty: Duty, place: int, trigger: TimeTrigger | SunTrigger, now: Now) -> None:
        """Reckon when a time of day comes next, unless that is known."""
        if place not in duty.nexts and now.is_sure:
            at_s = self.almanac.next_s(trigger, now.wall_s)
            if at_s is not None:
                duty.nexts[place] = at_s
                self._starting.touched[duty.automation.id] = None
        self._next_wall_s = min(self._next_wall_s, duty.nexts.get(place, math.inf))


def _too_late(late_s: float) -> str:
    return f"its time was {late_s:.0f} s ago: the hub was down, or its clock was set"
