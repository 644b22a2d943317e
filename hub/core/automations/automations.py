"""The automations of a home at work: what happens and the time come in, effects go out as data."""

import math
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from hub.core.arrangement.arrangement import Arrangement
from hub.core.asker import By
from hub.core.automations.almanac import Almanac, Now
from hub.core.automations.checks import flaws
from hub.core.automations.duty import Duty
from hub.core.automations.errors import Flaw, UnfitError
from hub.core.automations.judging import Judge
from hub.core.automations.progress import DropProgress, Progress, SaveProgress, SaveRun
from hub.core.automations.records import Automation
from hub.core.automations.runner import Bidding, come_further, ordered
from hub.core.automations.runs import Fired, Order, Run
from hub.core.automations.starting import Authority, Starting
from hub.core.automations.triggers import Triggers
from hub.core.automations.watch import Watch
from hub.core.commands import Commands
from hub.core.device import Device
from hub.core.events import (
    ArrangedChanged,
    ArrangedRemoved,
    AutomationChanged,
    AutomationRan,
    DeviceAdded,
    DeviceRemoved,
    Event,
    EventHappened,
    PresenceChanged,
    ReceiptChanged,
    ValuesReported,
)
from hub.core.inbox import Inbox
from hub.core.outcome import Outcome
from protocol.ids import CommandId, DeviceId

MOST_RUNS: Final = 1_000
"""Traces that are taken up after a restart."""


class State(NamedTuple):
    """How an automation is now.

    Attributes:
        next_s: When a time or the sun sets it off next, Unix seconds.
        problem: Why it does not run, or what of it cannot be done.
    """

    next_s: float | None
    last: Run | None
    problem: Flaw | None


class Automations:
    """The automations of a home, at work.

    Pure as all of the core. What it wants done stands in `bidding` and in what `flush` returns:
    whoever carries it out sends first all biddings, tells `took` what became of each, and then
    carries out what `flush` returns. So what is kept of a run never runs ahead of its commands.
    """

    def __init__(
        self,
        devices: Mapping[DeviceId, Device],
        arrangement: Arrangement,
        commands: Commands,
        inbox: Inbox,
        epoch: int,
    ) -> None:
        self._arrangement = arrangement
        self._judge = Judge(devices)
        self._starting = Starting(arrangement, devices, inbox, epoch, self._judge)
        self._watch = Watch()
        self._triggers = Triggers(self._starting, self._watch, devices, commands)
        self._open: dict[CommandId, tuple[str, str]] = {}

    def settle_in(self, almanac: Almanac, authority: Authority) -> None:
        """Take in where the home is, and who says what authors may do."""
        self._starting.authority = authority
        self._live_by(almanac)

    def move(self, almanac: Almanac, now: Now) -> None:
        """Take in that the home is somewhere else, or that nobody knows any more where it is."""
        self._live_by(almanac)
        self._triggers.plan_anew(now)

    def _live_by(self, almanac: Almanac) -> None:
        self._judge.almanac = self._triggers.almanac = almanac
        self._arrangement.has_sun = almanac.sun is not None
        for duty in self._starting.duties.values():
            self._look_at(duty)

    def restore(self, progress: Iterable[Progress], runs: Iterable[Run], now: Now) -> None:
        """Take up what an earlier run of the hub left; the automations are in the arrangement."""
        kept = {one.automation: one for one in progress}
        for automation in self._arrangement.every(Automation):
            duty = self._starting.duties[automation.id] = Duty(automation)
            if automation.id in kept:
                duty.resume(kept[automation.id])
        for run in sorted(runs, key=lambda one: one.at_s)[-MOST_RUNS:]:
            duty_ = self._starting.duties.get(run.automation)
            if duty_ is not None:
                duty_.note(run)
        for duty in self._starting.duties.values():
            for run in duty.active():
                duty.note(run)
            self._starting.resume(duty)
            self._triggers.watch(duty, now)
            duty.flaw = self._flaw(duty.automation)
            duty.told = self._told(duty)

    def begin(self, now: Now) -> None:
        """Begin to work: what an earlier run of the hub may not have sent is sent again."""
        self._triggers.begin(now)
        for duty in list(self._starting.duties.values()):
            self._starting.again(duty, now)

    # What happens

    def take(self, event: Event, now: Now) -> None:
        """Take in what has happened in the home."""
        if isinstance(event, ValuesReported):
            self._triggers.values(event, now)
        elif isinstance(event, ReceiptChanged):
            if event.command in self._open:
                self._receipt(event)
        else:
            self._rest(event, now)

    def tick(self, now: Now) -> None:
        """Let time pass."""
        self._starting.tick(now)
        self._triggers.tick(now)

    def check_authors(self, now: Now) -> None:
        """Switch off the automations whose authors may not arrange any more."""
        for duty in list(self._starting.duties.values()):
            author = duty.automation.author
            if duty.automation.is_enabled and self._starting.authority(author) is None:
                self._starting.author_gone(duty, now)

    def run(self, automation: Automation, by: By, person: str, now: Now) -> Run:
        """Run an automation for somebody, whatever its conditions are.

        Raises:
            UnfitError: It runs already, or its author may not do it any more.
        """
        duty = self._starting.duties.get(automation.id)
        fired = Fired(None, "person", person=person, by=by)
        run = self._starting.fire(duty, fired, now) if duty is not None else None
        if run is not None:
            return run
        if duty is None or duty.run is not None or duty.stop is None:
            detail, remedy = "it runs already", "wait until it has ended"
            raise UnfitError([Flaw("automation-busy", "", detail, remedy)])
        raise UnfitError([duty.stop])

    # What is to be done

    @property
    def is_busy(self) -> bool:
        """Whether there is something to carry out."""
        starting = self._starting
        out = starting.out
        return bool(starting.biddings or starting.touched or starting.moved or out.saves)

    @property
    def due_s(self) -> float:
        """When `tick` has something to do next, if both clocks read the same; else infinity."""
        waits = self._starting.waits
        return min(waits[0][0] if waits else math.inf, self._triggers.due_s)

    def bidding(self) -> Bidding | None:
        """Return the commands to be sent next; None when there are none."""
        return self._starting.biddings.popleft() if self._starting.biddings else None

    def took(self, bidding: Bidding, orders: list[Order]) -> None:
        """Take in what became of commands: durable, or refused."""
        duty = self._starting.duties.get(bidding.automation)
        run = duty.runs.get(bidding.run) if duty else None
        if duty is None or run is None:
            return
        for order in orders:
            if order.command is not None:
                self._open[order.command] = (bidding.automation, bidding.run)
        self._starting.keep(duty, ordered(run, bidding.place, orders))

    def flush(self) -> Outcome:
        """Return what is to be kept and told of what has happened since the last call."""
        starting = self._starting
        out, starting.out = starting.out, Outcome()
        for run_id, duty in starting.moved.items():
            run = duty.runs.get(run_id)
            if run is None or duty.automation.id not in starting.duties:
                continue
            out.events.append(AutomationRan(duty.automation, run))
            if run.end not in {None, "conditions"}:
                out.saves.append(SaveRun(run))
        for id_ in starting.touched:
            duty_ = starting.duties.get(id_)
            if duty_ is not None:
                out.saves.append(SaveProgress(duty_.progress))
                self._tell(duty_, out)
        starting.moved, starting.touched = {}, {}
        return out

    # How it is

    def state(self, automation: Automation) -> State:
        """Return how an automation is now."""
        duty = self._starting.duties.get(automation.id)
        if duty is None:
            return State(None, None, self._flaw(automation))
        if duty.automation is not automation:  # the bus has not told of it yet
            stop = None if automation.is_enabled else duty.stop
            return State(None, duty.last, stop or self._flaw(automation))
        next_s = min(duty.nexts.values(), default=None)
        return State(next_s, duty.last, duty.stop or self._flaw(automation))

    def runs(self, automation: str) -> list[Run]:
        """Return the last traces of an automation, the latest first."""
        duty = self._starting.duties.get(automation)
        return [*reversed(duty.runs.values())] if duty else []

    def _rest(self, event: Event, now: Now) -> None:
        match event:
            case EventHappened():
                self._triggers.happened(event, now)
            case PresenceChanged(device, presence):
                self._triggers.presence(device, str(presence), now)
            case AutomationChanged(automation):
                kept = self._arrangement.find(Automation, automation.id)
                if kept is not None:  # as it is now, which may be newer than the event
                    self._written(kept, now)
            case ArrangedRemoved("automation", id_):
                self._removed(id_)
            case ArrangedChanged(arranged):
                self._look(arranged.id)
            case ArrangedRemoved(_, id_) | DeviceAdded(id_) | DeviceRemoved(id_):
                self._look(id_)

    def _receipt(self, event: ReceiptChanged) -> None:
        record = event.record
        if not record.is_final:
            return
        automation, run_id = self._open.pop(event.command)
        duty = self._starting.duties.get(automation)
        run = duty.runs.get(run_id) if duty else None
        if duty is not None and run is not None:
            order = Order(event.device, event.command, str(record.status), record.reason)
            self._starting.keep(duty, come_further(run, order))

    def _written(self, automation: Automation, now: Now) -> None:
        """Take in that an automation is new or written anew; a run that waits ends then."""
        duty = self._starting.duties.get(automation.id)
        if duty is None:
            duty = self._starting.duties[automation.id] = Duty(automation)
        elif duty.automation is automation:
            return
        else:
            before = duty.automation
            self._triggers.unwatch(duty)
            if not before.does_same(automation):
                self._starting.end_all(duty, "changed", now.s)
                _forget(duty)
            elif not automation.is_enabled:
                self._starting.end_all(duty, "off", now.s)
                duty.holds.clear()
            elif not before.is_enabled:
                _forget(duty)
            if automation.is_enabled:
                duty.stop = None
            duty.automation = automation
        self._triggers.watch(duty, now)
        duty.flaw = self._flaw(automation)
        duty.told = self._told(duty)
        self._starting.touched[automation.id] = None

    def _removed(self, id_: str) -> None:
        duty = self._starting.duties.pop(id_, None)
        if duty is not None:
            self._triggers.unwatch(duty)
            self._starting.out.saves.append(DropProgress(id_))

    def _look(self, id_: str) -> None:
        """See whether what automations name is there."""
        for duty in self._watch.naming(id_):
            self._look_at(duty)

    def _look_at(self, duty: Duty) -> None:
        flaw = self._flaw(duty.automation)
        if flaw != duty.flaw:
            duty.flaw = flaw
            self._starting.touched[duty.automation.id] = None

    def _tell(self, duty: Duty, out: Outcome) -> None:
        told = self._told(duty)
        kept = self._arrangement.find(Automation, duty.automation.id)
        if told != duty.told and kept is not None:
            duty.told = told
            out.events.append(AutomationChanged(kept))

    def _told(self, duty: Duty) -> object:
        last = duty.last
        next_s = min(duty.nexts.values(), default=None)
        return next_s, (last.id, last.end) if last else None, duty.stop or duty.flaw

    def _flaw(self, automation: Automation) -> Flaw | None:
        return next(flaws(automation, self._arrangement.surroundings), None)


def _forget(duty: Duty) -> None:
    duty.holds.clear()
    duty.truths.clear()
    duty.nexts.clear()
