"""What one client is told of the journal: all of it, or what its person may see.

Rights are asked again for every change that is told. When somebody comes to see more or less than
before, a snapshot takes the place of what the client knew.
"""

from collections.abc import Callable, Collection, Iterable, Mapping

from hub.api.journal import Entry, Journal, Place, Reader
from hub.api.memory import Memory, Told
from hub.api.seeing import shows, tells
from hub.core.activity import is_seen
from hub.core.automations.entitlement import exists
from hub.core.automations.records import Automation
from hub.core.events import (
    ActivityAdded,
    ArrangedChanged,
    ArrangedRemoved,
    AutomationChanged,
    AutomationRan,
    DeviceAdded,
    DeviceRemoved,
    Event,
    EventHappened,
    NoticeChanged,
    NoticeRemoved,
    PresenceChanged,
    ReceiptChanged,
    ValuesReported,
    ViolationFound,
)
from hub.core.people.access import NONE
from hub.core.people.filter import Filter
from hub.core.people.sight import Sight
from hub.core.records import Notice
from protocol.ids import DeviceId


class Outlook:
    """One client's place in the journal, and its person's sight.

    Args:
        look: Returns what the person sees now.
        devices: Lists the devices of the home.
        only: What of it the client wants to hear; None for all.
    """

    def __init__(
        self,
        journal: Journal,
        memory: Memory,
        scope: str,
        look: Callable[[], Sight],
        devices: Callable[[], Collection[DeviceId]],
        only: Filter | None = None,
    ) -> None:
        self._journal, self._memory, self._scope = journal, memory, scope
        self._may_see, self._devices, self._only = look, devices, only
        mark = "" if only is None else f".{only.mark}"
        self._stream, self._key = journal.stream + mark, scope + mark
        self._reader = Reader(journal)
        self._right = look()
        self._sight = self._heard = self._narrowed(self._right)
        self._told = Told(is_whole=False, since=0)

    @property
    def seq(self) -> int:
        """The last change that was given."""
        return self._reader.seq

    @property
    def dropped(self) -> int:
        """Changes that were not told because later ones overtook them."""
        return self._reader.dropped

    @property
    def is_behind(self) -> bool:
        """Whether there is something to take."""
        return self._reader.is_behind or self._look() is not self._sight

    def begin(self, place: Place | None) -> bytes:
        """Return the first thing the client is told: a snapshot, or where it goes on.

        A place that was reached with another filter gives a snapshot.
        """
        if place is not None:
            is_same = place.stream == self._stream
            place = Place(self._journal.stream, place.seq) if is_same else None
        self._sight = sight = self._look()
        told = self._memory.of(self._key)
        if told is None or self._differs(told, sight, self._described_since(place)):
            if not sight.is_whole or (place is not None and self._journal.reaches(place)):
                self._journal.skip()
            return self._anew(sight)
        self._told = told
        if place is not None and self._journal.reaches(place) and place.seq >= told.since:
            return self._reader.begin(place)
        return self._reader.begin(None) if sight.is_whole else self._anew(sight, told.since)

    def take(self) -> bytes:
        """Return all that has changed since the last call, as far as it may be seen."""
        sight = self._look()
        if sight.is_whole and self._told.is_whole:
            self._sight = sight
            return self._reader.take()
        entries = self._journal.entries(self._reader.seq)
        is_other = sight is not self._sight
        self._sight = sight
        if entries is None:
            return self._anew(sight, self._told.since)
        described = _described(entries)
        is_arranged = sight.is_narrow and any(self._is_arranged(one, sight) for one in entries)
        if is_arranged or (is_other and self._differs(self._told, sight, described)):
            self._journal.skip()
            return self._anew(sight)
        lag, seq = self._journal.seq - self._reader.seq, self._journal.seq
        texts = [
            text
            for entry in entries
            if not self._is_overtaken(entry, described) and (text := self._text(entry, sight))
        ]
        self._reader.seq = seq
        if lag == len(entries):
            return b"".join(texts)
        dropped = lag - len(entries)
        self._reader.dropped += dropped
        return self._journal.renderer.coalesced(dropped) + b"".join(texts)

    def tells(self, notice: Notice) -> bool:
        """Say whether a notice is for this client."""
        return tells(self._look(), notice)

    def _look(self) -> Sight:
        """Return what may be seen and is wanted now; the same object while that stays the same."""
        right = self._may_see()
        if right is not self._right:
            self._right, self._heard = right, self._narrowed(right)
        return self._heard

    def _narrowed(self, right: Sight) -> Sight:
        return right if self._only is None else right.narrowed(self._only)

    def _anew(self, sight: Sight, since: int | None = None) -> bytes:
        """Return a snapshot; from now on the client knows what is in it."""
        journal = self._journal
        since = journal.seq if since is None else since
        views = {} if sight.is_whole else {d: v for d in self._devices() if (v := sight.of(d))}
        seen = dict.fromkeys(journal.renderer.automations(sight))
        self._told = Told(sight.is_whole, since, views, seen)
        self._memory.keep(self._key, self._told)
        self._reader.seq = journal.seq
        if sight.is_whole:
            return journal.snapshot()
        return journal.renderer.snapshot(self._stream, journal.seq, sight)

    def _differs(self, told: Told, sight: Sight, described: Mapping[DeviceId, int]) -> bool:
        """Say whether more or less is seen than was told, devices apart that are told of anew."""
        if told.is_whole or sight.is_whole:
            return told.is_whole != sight.is_whole
        return any(
            told.views.get(device, NONE) != sight.of(device)
            for device in self._devices()
            if device not in described
        )

    def _described_since(self, place: Place | None) -> Mapping[DeviceId, int]:
        if place is None or not self._journal.reaches(place):
            return {}
        return _described(self._journal.entries(place.seq) or ())

    def _is_arranged(self, entry: Entry, sight: Sight) -> bool:
        """Say whether rooms, groups or scenes may have come or gone for a narrow sight.

        They do so with their devices, too.
        """
        match entry.event:
            case ArrangedChanged() | ArrangedRemoved() | DeviceRemoved():
                return True
            case DeviceAdded(device):
                return bool(sight.of(device)) and not self._told.views.get(device)
        return False

    def _is_overtaken(self, entry: Entry, described: Mapping[DeviceId, int]) -> bool:
        """Say whether a device is told of anew later on: as it is now, with all that it has told.

        Somebody from whom it was hidden until then does not know what this change speaks of.
        """
        event = entry.event
        if isinstance(event, ValuesReported | PresenceChanged):
            return entry.seq < described.get(event.device, 0)
        if isinstance(event, EventHappened | ReceiptChanged | ViolationFound):
            is_before = entry.seq < described.get(event.device, 0)
            is_new = is_before and not self._told.views.get(event.device)
            return is_new and not self._is_own(event)
        return False

    def _is_own(self, event: Event) -> bool:
        """Say whether a receipt is of the session's own command; no filter keeps that back."""
        return isinstance(event, ReceiptChanged) and event.record.scope == self._scope

    def _text(self, entry: Entry, sight: Sight) -> bytes:
        """Return what the client is told of one change; `b""` when it is not to know of it."""
        match entry.event:
            case ValuesReported() as event:
                return self._values(event, entry, sight)
            case DeviceAdded(device):
                return self._device(device, entry, sight)
            case DeviceRemoved(device):
                is_told = bool(self._told.views.get(device))
            case ActivityAdded() | AutomationRan() as event:
                return self._happened(event, entry, sight)
            case ReceiptChanged() as event:
                return self._receipt(event, entry.seq, sight)
            case AutomationChanged(automation):
                return self._automation(automation, entry, sight)
            case ArrangedRemoved("automation", id_):
                is_told = id_ in self._told.automations
            case event:
                is_told = _is_seen(event, sight)
        return self._journal.frame(entry.seq) if is_told else b""

    def _values(self, event: ValuesReported, entry: Entry, sight: Sight) -> bytes:
        """Return what is told of values; for guests never the text that may name who asked."""
        span = sight.of(event.device).sees
        fresh = event.values.keys() if entry.fresh is None else entry.fresh
        seen = fresh if span.is_whole else [address for address in fresh if address in span]
        if not sight.is_guest and len(seen) == len(event.values):
            return self._journal.frame(entry.seq)
        return self._journal.renderer.part(event, seen, entry.seq, sight) if seen else b""

    def _receipt(self, event: ReceiptChanged, seq: int, sight: Sight) -> bytes:
        if not shows(self._right if self._is_own(event) else sight, event.record):
            return b""
        is_known = sight.knows(event.record.by)
        return self._journal.frame(seq) if is_known else self._journal.veiled(seq, event)

    def _device(self, device: DeviceId, entry: Entry, sight: Sight) -> bytes:
        if device not in self._devices():
            return b""  # that it has left is told by a change of its own
        was_told = bool(self._told.views.get(device))
        text = self._journal.renderer.device(device, entry.seq, sight)
        if text:
            self._told.views[device] = sight.of(device)
            return text
        return self._journal.renderer.frame(DeviceRemoved(device), entry.seq) if was_told else b""

    def _happened(self, event: ActivityAdded | AutomationRan, entry: Entry, sight: Sight) -> bytes:
        """Return what is told of what has happened, who wanted it but for guests."""
        if isinstance(event, AutomationRan):
            is_told = exists(event.automation, sight)
        else:
            is_told = is_seen(event.entry, sight, event.automation)
        if not is_told:
            return b""
        renderer, seq = self._journal.renderer, entry.seq
        return renderer.told(event, seq, sight) if sight.is_guest else self._journal.frame(seq)

    def _automation(self, automation: Automation, entry: Entry, sight: Sight) -> bytes:
        """Return what is told of an automation: itself, its end, or nothing."""
        known = self._told.automations
        if exists(automation, sight):
            known[automation.id] = None
            return self._journal.frame(entry.seq)
        ended = known.get(automation.id, 0)
        if ended is not None and ended < entry.seq:
            return b""
        known[automation.id] = entry.seq if ended is None else ended
        gone = ArrangedRemoved(automation.kind, automation.id)
        return self._journal.renderer.frame(gone, entry.seq)


def _is_seen(
    event: EventHappened
    | PresenceChanged
    | ViolationFound
    | NoticeChanged
    | NoticeRemoved
    | ArrangedChanged
    | ArrangedRemoved,
    sight: Sight,
) -> bool:
    match event:
        case EventHappened(device, address):
            return address in sight.of(device).sees
        case PresenceChanged(device):
            return bool(sight.of(device))
        case ViolationFound(device):
            return sight.of(device).is_whole
        case NoticeChanged(notice) | NoticeRemoved(notice):
            return tells(sight, notice)
        case ArrangedChanged() | ArrangedRemoved():
            return True  # a guest is told of what is arranged by snapshots


def _described(entries: Iterable[Entry]) -> dict[DeviceId, int]:
    """Return the devices that are told of anew, and with which change they are last."""
    return {e.event.device: e.seq for e in entries if isinstance(e.event, DeviceAdded)}
