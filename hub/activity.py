"""Writes down what happens and why: activity in batches, audit in one write with its subject."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Protocol

from hub.clock import Clock
from hub.core.activity import AuditCode, Entry, Kind, Log, Particulars
from hub.core.arrangement.records import Room
from hub.core.asker import By
from hub.core.automations.records import Automation
from hub.core.automations.runs import Run
from hub.core.events import (
    ActivityAdded,
    AutomationRan,
    DeviceRemoved,
    Event,
    EventHappened,
    PresenceChanged,
    ReceiptChanged,
    ValuesReported,
)
from hub.core.hub import Hub
from hub.core.people.records import PersonId
from hub.core.records import CommandRecord, SaveAudit
from hub.store import StoreError
from protocol.ids import Address, CommandId, DeviceId
from protocol.presence import Presence
from protocol.receipt import Status

_log = logging.getLogger(__name__)

WRITE_EVERY_S: Final = 2.0
"""How long an entry of activity may stay in memory alone."""

WAITING: Final = 2_000
"""Entries that may wait to be written; beyond it the oldest are not kept over a restart."""

CAUSES_KEPT: Final = 1_024
"""Commands of which is remembered that their changes were written down."""

EVENT_EVERY_S: Final = 60.0
"""An event that a device repeats is written down once in this time."""

EVENTS_KNOWN: Final = 1_024

RUNS_KNOWN: Final = 256
"""Runs of which is remembered that their end was written down."""

REFUSED_EVERY_S: Final = 10.0
"""Wrong codes are written down one by one, and once in this time when they come faster."""

_THERE: Final = frozenset({Presence.ONLINE, Presence.ASLEEP})
_GONE: Final = frozenset({Presence.UNREACHABLE, Presence.UNSTABLE, Presence.QUARANTINED})


class ActivityStore(Protocol):
    """The part of the store that keeps entries."""

    def save_activity(self, entries: Sequence[Entry]) -> None:
        """Have entries written soon."""

    async def commit(self, writes: Sequence[SaveAudit]) -> None:
        """Keep all of `writes` or none; durable when it returns."""


class Activity:
    """Takes entries from what the bus tells, and audit from those who carry it out.

    Whoever lets somebody or something in or out makes an entry by `audit`, commits `SaveAudit` of
    it with the change itself, and then calls `keep`.

    Args:
        publish: Tells the rest of the hub of new entries.

    Attributes:
        log: All entries; to be read.
    """

    def __init__(
        self, hub: Hub, store: ActivityStore, clock: Clock, publish: Callable[[list[Event]], None]
    ) -> None:
        self._hub, self._store, self._clock, self._publish = hub, store, clock, publish
        self.log = Log(hub.epoch)
        self._waiting: list[Entry] = []
        self._told: OrderedDict[CommandId, None] = OrderedDict()
        self._events: OrderedDict[tuple[DeviceId, Address], float] = OrderedDict()
        self._runs: OrderedDict[str, None] = OrderedDict()
        self._there: set[DeviceId] = set()
        self._lost: set[DeviceId] = set()
        self._refused_s = float("-inf")

    def restore(self, entries: Iterable[Entry]) -> None:
        """Take up what earlier runs kept, but for what devices did that have left."""
        here = self._hub.devices
        self.log.restore(e for e in entries if e.is_audit or e.device is None or e.device in here)

    def take(self, event: Event) -> None:
        """Note what an event tells; a listener of the bus."""
        if isinstance(event, ValuesReported):
            if event.changes:
                self._changed(event)
        elif isinstance(event, ReceiptChanged):
            if event.record.is_final:
                self._ended(event.record)
        else:
            self._rest(event)

    def audit(
        self,
        kind: Kind,
        by: By | None,
        told: Particulars,
        *,
        device: DeviceId | None = None,
        person: PersonId | None = None,
        text: str = "",
    ) -> Entry:
        """Return an entry of audit that is still to be kept; see the class."""
        now_s = self._clock.now_s()
        number = self.log.next_id()
        entry = Entry(number, now_s, kind, by, device, person=person, text=text)
        return entry._replace(particulars=told)

    def name_of(self, place: str) -> str | None:
        """Return what a room or a device is called; None for one that is not here."""
        if device := self._hub.devices.get(DeviceId(place)):
            return device.record.name
        room = self._hub.arrangement.find(Room, place)
        return room.name if room else None

    def keep(self, entries: Iterable[Entry]) -> None:
        """Show entries of audit that are durable."""
        for entry in entries:
            self.log.add(entry)

    async def note(self, entry: Entry) -> None:
        """Keep an entry of audit about what needs no write of its own.

        Raises:
            StoreError: It could not be kept.
        """
        await self._store.commit([SaveAudit(entry)])
        self.keep([entry])

    async def note_refused(self, code: AuditCode, what: str) -> None:
        """Write down a wrong code, unless they come too fast; a full disk changes no answer."""
        now_s = self._clock.now_s()
        if now_s - self._refused_s < REFUSED_EVERY_S:
            return
        self._refused_s = now_s
        try:
            await self.note(self.audit("refused", None, Particulars(code), text=what))
        except StoreError as error:
            _log.warning("a wrong %s is not written down: %s", what, error)

    async def run(self) -> None:
        """Hand entries over now and then until cancelled."""
        while True:
            await asyncio.sleep(WRITE_EVERY_S)
            self.save()

    def save(self) -> None:
        """Hand over what has not been."""
        waiting, self._waiting = self._waiting, []
        self._store.save_activity(waiting)

    def _changed(self, event: ValuesReported) -> None:
        """Write down what a command has changed of what can be set, address by address.

        What follows from it, such as power, would tell nothing new.
        """
        device = self._hub.devices.get(event.device)
        record = self._hub.commands.get(event.cause) if event.cause else None
        if device is None or device.product is None or record is None:
            return
        declared = device.product.properties
        settable = {address for address, part in declared.items() if part.is_writable}
        changes = [one for one in event.changes if one.address in settable]
        for address, value, was in changes:
            self._add(
                Entry(
                    self.log.next_id(),
                    event.at_s,
                    "change",
                    record.by,
                    event.device,
                    (address,),
                    value,
                    was,
                    record.id,
                )
            )
        if changes:
            self._told[record.id] = None
            if len(self._told) > CAUSES_KEPT:
                self._told.popitem(last=False)

    def _ended(self, record: CommandRecord) -> None:
        """Write down an action, and a command that has changed nothing or ended badly."""
        is_told = self._told.pop(record.id, self) is None
        is_good = record.status in {Status.CONFIRMED, Status.APPLIED}
        if record.status is Status.SUPERSEDED or (is_told and is_good and record.action is None):
            return
        addresses = record.values if record.action is None else (record.action,)
        self._add(
            Entry(
                self.log.next_id(),
                record.history[-1].at_s,
                "command",
                record.by,
                record.device,
                tuple(Address(address) for address in addresses),
                command=record.id,
                status=str(record.status),
                text=record.reason,
            )
        )

    def _rest(self, event: Event) -> None:
        match event:
            case PresenceChanged():
                self._presence(event)
            case EventHappened():
                self._happened(event)
            case AutomationRan(automation, run):
                self._ran(automation, run)
            case DeviceRemoved(device):
                self.log.forget(device)
                self._waiting = [entry for entry in self._waiting if entry.device != device]
                self._there.discard(device)
                self._lost.discard(device)

    def _presence(self, event: PresenceChanged) -> None:
        """Write down that a device is lost that was there, and that it is back.

        Not of the start of the hub, and not of its own link: then nobody can be heard.
        """
        device = event.device
        if event.presence in _THERE:
            is_worth = device in self._lost and event.presence is Presence.ONLINE
            self._there.add(device)
            self._lost.discard(device)
        else:
            is_worth = event.presence in _GONE and device in self._there and self._hub.is_linked
            self._there.discard(device)
            if is_worth:
                self._lost.add(device)
        if is_worth:
            number, status = self.log.next_id(), str(event.presence)
            entry = Entry(number, event.since_s, "presence", None, device, status=status)
            self._add(entry._replace(text=event.reason))

    def _happened(self, event: EventHappened) -> None:
        """Write down an event that warns, unless it was just before."""
        device = self._hub.devices.get(event.device)
        declared = device.product.events.get(event.event) if device and device.product else None
        if declared is None or declared.severity == "info":
            return
        key = (event.device, event.event)
        if event.at_s - self._events.get(key, float("-inf")) < EVENT_EVERY_S:
            return
        self._events[key] = event.at_s
        self._events.move_to_end(key)
        if len(self._events) > EVENTS_KNOWN:
            self._events.popitem(last=False)
        number = self.log.next_id()
        by = By("device", event.device, device.record.name if device else "")
        self._add(Entry(number, event.at_s, "event", by, event.device, (event.event,)))

    def _ran(self, automation: Automation, run: Run) -> None:
        """Write down a run that has ended, but for those whose conditions did not hold."""
        if run.end in {None, "conditions"} or run.id in self._runs:
            return
        self._runs[run.id] = None
        if len(self._runs) > RUNS_KNOWN:
            self._runs.popitem(last=False)
        used, person = (automation.id, automation.name), run.fired.by
        by = person.via("automation", *used) if person else By("automation", *used)
        number, at_s = self.log.next_id(), run.at_s if run.ended_s is None else run.ended_s
        entry = Entry(number, at_s, "run", by, status=str(run.end), automation=automation.id)
        self._add(entry._replace(text=run.detail), automation)

    def _add(self, entry: Entry, automation: Automation | None = None) -> None:
        self.log.add(entry)
        self._waiting.append(entry)
        if len(self._waiting) > WAITING:
            del self._waiting[0]
        self._publish([ActivityAdded(entry, automation)])
