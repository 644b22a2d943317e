"""Begins and ends runs: by mode, by rights, never in a circle, never too often."""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from heapq import heappop, heappush
from typing import Final

from hub.core.arrangement.arrangement import Arrangement
from hub.core.automations.almanac import Now
from hub.core.automations.duty import MOST_A_MINUTE, MOST_QUEUED, Duty
from hub.core.automations.errors import Flaw
from hub.core.automations.judging import Judge
from hub.core.automations.mentions import reads, sets
from hub.core.automations.progress import DropRun
from hub.core.automations.records import Automation
from hub.core.automations.runner import Bidding, Runner
from hub.core.automations.runs import End, Fired, Run, Seen
from hub.core.device import Device
from hub.core.inbox import Inbox
from hub.core.outcome import Outcome
from hub.core.people.sight import Sight
from hub.core.people.wearables import is_wearable, private_addresses
from protocol.ids import DeviceId

CATCH_UP_S: Final = 600.0
"""So late at most a wait or a hold goes on after a restart."""

Authority = Callable[[str], Sight | None]
"""Returns what an author sees and controls now; None for one who may not arrange any more."""


class Starting:
    """Begins, carries on and ends runs.

    Attributes:
        duties: The automations at work, by id.
        judge: Judges conditions.
        authority: What authors may do.
        biddings: Commands that are to be sent, in their order.
        waits: Times of the core's clock at which runs go on, a heap: time, automation, run.
        out: Effects besides commands, not yet carried out.
        touched: Automations that are otherwise than they were told and kept.
        moved: Runs that have come further, with the automation of each.
    """

    def __init__(
        self,
        arrangement: Arrangement,
        devices: Mapping[DeviceId, Device],
        inbox: Inbox,
        epoch: int,
        judge: Judge,
    ) -> None:
        self.duties: dict[str, Duty] = {}
        self.judge = judge
        self.authority: Authority = _nobody
        self.biddings: deque[Bidding] = deque()
        self.waits: list[tuple[float, str, str]] = []
        self.out = Outcome()
        self.touched: dict[str, None] = {}
        self.moved: dict[str, Duty] = {}
        self._arrangement, self._devices = arrangement, devices
        self._inbox, self._epoch, self._ids = inbox, epoch, 0
        self._runner = Runner(arrangement, devices, self)
        self._now_s = 0.0

    # What happens to runs

    def fire(self, duty: Duty, fired: Fired, now: Now, late_s: float = 0.0) -> Run | None:
        """Take in that a trigger of an automation has fired; return the run, if it makes one."""
        automation = duty.automation
        if duty.stop is not None and fired.type != "person":
            return None  # it is about to be switched off
        if duty.run is not None and automation.mode == "single":
            self._ignore(duty)
            return None
        sight = self._sight(duty, fired, now)
        if sight is None:
            return None
        does_hold = True
        seen: list[Seen] = []
        if fired.type != "person":
            does_hold, seen = self.judge.all_hold(automation.conditions, now)
        run = Run(self._next_id(), automation.id, now.s, fired, tuple(seen), late_s=late_s)
        if not does_hold:
            return self.end(duty, run, "conditions", now.s)
        if automation.id in fired.chain:
            self._circle(duty, run, now)
            return None
        if duty.is_too_often(now.s):
            detail = f"it has begun more than {MOST_A_MINUTE} times in a minute"
            remedy = "see what sets it off so often, then switch it on again"
            self.end(duty, run, "too-many", now.s, detail)
            self.halt(duty, Flaw("too-many-runs", "", detail, remedy), now)
            return None
        return self._by_mode(duty, run, sight, now)

    def tick(self, now: Now) -> None:
        """Carry on the runs whose wait is over; one that is over for too long is given up."""
        while self.waits and self.waits[0][0] <= now.s:
            due_s, automation, run_id = heappop(self.waits)
            duty = self.duties.get(automation)
            run = duty.run if duty else None
            if duty is None or run is None or run.id != run_id or run.due_s != due_s:
                continue
            if now.s - due_s > CATCH_UP_S:
                detail = f"it was to go on {now.s - due_s:.0f} s ago: the hub was down"
                self.end(duty, run, "late", now.s, detail)
                self._next(duty, now)
            else:
                self._go_on(duty, run, now)

    def _go_on(self, duty: Duty, run: Run, now: Now) -> None:
        sight = self._sight(duty, run.fired, now)
        if sight is not None:
            self._advance(duty, run, sight, now)

    def resume(self, duty: Duty) -> None:
        """Wait on for what an earlier run of the hub waited for."""
        if duty.run is not None and duty.run.due_s is not None:
            heappush(self.waits, (duty.run.due_s, duty.automation.id, duty.run.id))

    def again(self, duty: Duty, now: Now) -> None:
        """Send again what a run of before the restart may not have got out."""
        run, sight = duty.run, self.authority(duty.automation.author)
        if run is not None and sight is not None:
            self._now_s = now.s
            self._runner.again(duty.automation, run, sight)

    def end(self, duty: Duty, run: Run, end: End, now_s: float, detail: str = "") -> Run:
        """End a run, or note that there was none."""
        run = replace(run, ended_s=now_s, end=end, detail=detail, due_s=None)
        self.keep(duty, run)
        return run

    def give_up(self, duty: Duty, fired: Fired, end: End, now: Now, detail: str) -> None:
        """Note that a trigger was not carried out, and why."""
        run = Run(self._next_id(), duty.automation.id, now.s, fired)
        self.end(duty, run, end, now.s, detail)

    def end_all(self, duty: Duty, end: End, now_s: float, detail: str = "") -> None:
        """End the run that waits, and those behind it."""
        active = list(duty.active())
        duty.run = None
        duty.queue.clear()
        for run in active:
            self.end(duty, run, end, now_s, detail)

    def halt(self, duty: Duty, why: Flaw, now: Now) -> None:
        """Switch an automation off and tell people why."""
        duty.stop = why
        self.touched[duty.automation.id] = None
        self.end_all(duty, "off", now.s, why.detail)
        duty.holds.clear()
        kept = self._arrangement.find(Automation, duty.automation.id)
        if kept is not None and kept.is_enabled:
            self.out.add(self._arrangement.keep(replace(kept, is_enabled=False)))
            self._notify(kept, f"{kept.name} was switched off: {why.detail}", now.s, why.code)

    def keep(self, duty: Duty, run: Run) -> None:
        """Keep the trace of a run as it is now."""
        if duty.run is not None and duty.run.id == run.id:
            duty.run = run if run.end is None else None
        gone = duty.note(run)
        self.moved[run.id] = duty
        for one in gone:
            self.moved.pop(one, None)
            self.out.saves.append(DropRun(one))
        if run.end != "conditions":
            self.touched[duty.automation.id] = None

    # Effects of actions

    def bid(self, bidding: Bidding) -> None:
        """See `Effects.bid`."""
        self.biddings.append(bidding)

    def notify(self, automation: Automation, text: str) -> None:
        """See `Effects.notify`."""
        self._notify(automation, text, self._now_s)

    def _notify(self, automation: Automation, text: str, now_s: float, code: str = "") -> None:
        person = automation.author if self.is_private(automation) else None
        self._inbox.tell(automation, text, now_s, self.out, person=person, code=code)

    def is_private(self, automation: Automation) -> bool:
        """See `Effects.is_private`."""
        for mention in (*reads(automation), *sets(automation)):
            device = self._devices.get(mention.device)
            is_worn = device is not None and is_wearable(device)
            if device is not None and is_worn and mention.address in private_addresses(device):
                return True
        return False

    def _by_mode(self, duty: Duty, run: Run, sight: Sight, now: Now) -> Run | None:
        if duty.run is None:
            return self._advance(duty, run, sight, now)
        if duty.automation.mode == "restart":
            self.end(duty, duty.run, "restarted", now.s)
            return self._advance(duty, run, sight, now)
        if len(duty.queue) >= MOST_QUEUED:
            self._ignore(duty)
            return None
        duty.queue.append(run)
        self.keep(duty, run)
        return run

    def _advance(self, duty: Duty, run: Run, sight: Sight, now: Now) -> Run:
        """Do actions up to the next wait; when all are done, begin what is behind."""
        self._now_s = now.s
        run = self._runner.advance(duty.automation, run, sight, now.s)
        duty.run = run if run.end is None else None
        self.keep(duty, run)
        if run.due_s is not None:
            heappush(self.waits, (run.due_s, duty.automation.id, run.id))
        else:
            self._next(duty, now)
        return run

    def _next(self, duty: Duty, now: Now) -> None:
        """Begin the run that is behind one that has ended."""
        if duty.queue:
            duty.run = duty.queue.popleft()
            self._go_on(duty, duty.run, now)

    def _ignore(self, duty: Duty) -> None:
        if duty.run is not None:
            self.keep(duty, replace(duty.run, ignored=duty.run.ignored + 1))

    def _circle(self, duty: Duty, run: Run, now: Now) -> None:
        names = [self._name(one) for one in (*run.fired.chain, duty.automation.id)]
        begin = run.fired.chain.index(duty.automation.id)
        detail = f"it sets itself off: {' → '.join(names[begin:])}"
        self.end(duty, run, "loop", now.s, detail)
        remedy = "change what it does or when, then switch it on again"
        self.halt(duty, Flaw("loop", "", detail, remedy), now)

    def _sight(self, duty: Duty, fired: Fired, now: Now) -> Sight | None:
        """Return what the author may do; None where that is too little, and it is switched off."""
        sight = self.authority(duty.automation.author)
        if sight is None:
            self.author_gone(duty, now)
            return None
        for mention in reads(duty.automation):
            view = sight.of(mention.device)
            if mention.address is None or mention.device not in self._devices:
                continue
            if mention.address not in view.sees:
                detail = f"its author does not see {mention.address} of {mention.device} any more"
                remedy = "have its wearer write it anew"
                self.halt(duty, Flaw("wearer-only", mention.path, detail, remedy), now)
                return None
        return sight

    def author_gone(self, duty: Duty, now: Now) -> None:
        """Switch off an automation whose author may not have automations any more."""
        remedy = "whoever changes what it does becomes its author"
        detail = "its author has left, or may not arrange any more"
        self.halt(duty, Flaw("author-gone", "", detail, remedy), now)

    def _name(self, automation: str) -> str:
        duty = self.duties.get(automation)
        is_told = duty is not None and not self.is_private(duty.automation)
        return duty.automation.name if duty is not None and is_told else automation

    def _next_id(self) -> str:
        self._ids += 1
        return f"run-{self._epoch}-{self._ids}"


def _nobody(_: str) -> Sight | None:
    return None
