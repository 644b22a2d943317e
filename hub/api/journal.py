"""The home's changes in order: numbered, encoded once, kept for a while for whoever lags behind.

No loop and no socket: the journal takes events and gives out texts. A client is one `Reader`, which
is a place in the journal and no queue of its own, so a slow client costs no memory.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, NamedTuple, Protocol

from hub.core.events import (
    ActivityAdded,
    ArrangedChanged,
    ArrangedRemoved,
    AutomationChanged,
    AutomationRan,
    DeviceAdded,
    DeviceRemoved,
    Event,
    NoticeChanged,
    PresenceChanged,
    ReceiptChanged,
    ValuesReported,
    ViolationFound,
)
from hub.core.people.sight import Sight
from hub.core.records import CommandRecord
from protocol.ids import Address, CommandId, DeviceId

KEPT: Final = 4096
"""Changes that a client may be behind before it needs a snapshot."""

LAG_LIMIT: Final = 256
"""Changes that go out one by one; of a longer backlog only the latest of each kind does."""

_POINTERS: Final = frozenset({DeviceAdded, AutomationChanged})
"""Events that say where to look and not what is there."""


class Renderer(Protocol):
    """Turns events into what goes to a client; called at most once for a whole event."""

    def frame(self, event: Event, seq: int) -> bytes:
        """Return the text of `event`; `b""` when there is nothing to tell any more."""

    def part(
        self,
        event: ValuesReported,
        addresses: Collection[Address],
        seq: int,
        sight: Sight | None = None,
    ) -> bytes:
        """Return the text of `event` without all but `addresses`, as far as `sight` goes."""

    def receipt(self, record: CommandRecord) -> bytes:
        """Return a receipt as JSON, as it stands in the frame of its event."""

    def told(self, event: ActivityAdded | AutomationRan, seq: int, sight: Sight) -> bytes:
        """Return the text of `event`, as far as `sight` goes."""

    def veiled(self, event: ReceiptChanged, seq: int) -> bytes:
        """Return the text of `event` for who may not know who in particular has asked."""

    def snapshot(self, stream: str, seq: int, sight: Sight | None = None) -> bytes:
        """Return the text of what is seen of the home as it is now, which is after change `seq`."""

    def device(self, device: DeviceId, seq: int, sight: Sight) -> bytes:
        """Return the text of what is seen of a device as it is now; `b""` when that is nothing."""

    def automations(self, sight: Sight) -> Collection[str]:
        """Return the ids of the automations that a snapshot tells of."""

    def resumed(self, seq: int) -> bytes:
        """Return the text that says: the changes after `seq` follow."""

    def coalesced(self, dropped: int) -> bytes:
        """Return the text that says: `dropped` changes were overtaken by later ones."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a client stopped reading: the last change it took of one run of the hub."""

    stream: str
    seq: int


class Entry(NamedTuple):
    """A change that is still to be told.

    Attributes:
        fresh: Addresses of values that no later change tells; None when that is all of them.
    """

    seq: int
    event: Event
    fresh: Collection[Address] | None = None


class Journal:
    """The last changes of the home.

    Args:
        renderer: Turns changes into text, when a client first needs it.
        stream: Names this run of the hub; numbers of another run mean nothing here.
        kept: How many changes are kept.
        lag_limit: Longest backlog that goes out change by change.
    """

    def __init__(
        self, stream: str, renderer: Renderer, kept: int = KEPT, lag_limit: int = LAG_LIMIT
    ) -> None:
        self.stream, self.seq = stream, 0
        self.renderer, self._kept, self._lag_limit = renderer, kept, lag_limit
        self._receipts: dict[CommandId, int] = {}
        self._events: list[Event | None] = [None] * kept
        self._frames: list[bytes | None] = [None] * kept
        self._read = (-1, -1, 0, b"")
        self._snapshot = (-1, b"")

    def add(self, event: Event) -> None:
        """Number `event` and keep it.

        What an event carries itself is encoded when a client first needs it; what is read from the
        home is encoded now, as it is now.
        """
        self.seq += 1
        slot = self.seq % self._kept
        oldest = self._events[slot]
        if type(oldest) is ReceiptChanged:
            self._forget(oldest, self.seq - self._kept)
        if type(event) is ReceiptChanged:
            self._receipts[event.command] = self.seq
        self._events[slot] = event
        is_pointer = type(event) in _POINTERS
        self._frames[slot] = self.renderer.frame(event, self.seq) if is_pointer else None

    def snapshot(self) -> bytes:
        """Return the whole home; encoded once for all who ask before the next change."""
        if self._snapshot[0] != self.seq:
            self._snapshot = (self.seq, self.renderer.snapshot(self.stream, self.seq))
        return self._snapshot[1]

    def skip(self) -> None:
        """Use up a number: who has it has been told something that all others have not."""
        self.seq += 1
        slot = self.seq % self._kept
        oldest = self._events[slot]
        if type(oldest) is ReceiptChanged:
            self._forget(oldest, self.seq - self._kept)
        self._events[slot] = None
        self._frames[slot] = b""

    def resume(self, place: Place | None) -> tuple[int, bytes]:
        """Return where a client begins to read, and what it is told first.

        A place of another run, one that is too old, and one from the future give a snapshot.
        """
        if place is None or not self.reaches(place):
            return self.seq, self.snapshot()
        return place.seq, self.renderer.resumed(place.seq)

    def since(self, seq: int) -> tuple[bytes, int]:
        """Return all that a client at `seq` is to be told, and how many changes were left out."""
        if self._read[0] != seq or self._read[1] != self.seq:
            text, dropped = self._backlog(seq)
            self._read = (seq, self.seq, dropped, text)
        return self._read[3], self._read[2]

    def reaches(self, place: Place) -> bool:
        """Say whether all changes after a place are still kept."""
        oldest = max(0, self.seq - self._kept)
        return place.stream == self.stream and oldest <= place.seq <= self.seq

    def entries(self, seq: int) -> list[Entry] | None:
        """Return the changes after `seq`, of a long backlog without what later ones overtake.

        None when they are not kept any more.
        """
        lag = self.seq - seq
        if lag > self._kept:
            return None
        numbers = range(seq + 1, self.seq + 1)
        if lag > self._lag_limit:
            return self._latest(numbers)
        found = ((number, self._events[number % self._kept]) for number in numbers)
        return [Entry(number, event) for number, event in found if event is not None]

    def frame(self, seq: int) -> bytes:
        """Return the text of a change that is kept, the same for all who are told all of it."""
        slot = seq % self._kept
        frame = self._frames[slot]
        if frame is None:
            event = self._events[slot]
            is_told = event is not None and not self._is_overtaken(event, seq)
            frame = self.renderer.frame(event, seq) if event and is_told else b""
            self._frames[slot] = frame
        return frame

    def veiled(self, seq: int, event: ReceiptChanged) -> bytes:
        """Return the text of a receipt for who may not know who in particular has asked."""
        return b"" if self._is_overtaken(event, seq) else self.renderer.veiled(event, seq)

    def _backlog(self, seq: int) -> tuple[bytes, int]:
        lag = self.seq - seq
        if lag > self._kept:
            return self.renderer.coalesced(lag) + self.snapshot(), lag
        if lag <= self._lag_limit:
            return b"".join(map(self.frame, range(seq + 1, self.seq + 1))), 0
        texts = map(self._text, self._latest(range(seq + 1, self.seq + 1)))
        frames = [text for text in texts if text]
        dropped = lag - len(frames)
        told = self.renderer.coalesced(dropped) if dropped else b""
        return told + b"".join(frames), dropped

    def _latest(self, numbers: range) -> list[Entry]:
        """Return changes without what later ones overtake, in order.

        Each keeps its number, so a client that breaks off in between can resume.
        """
        overtaken = _Overtaken()
        entries: list[Entry] = []
        for number in reversed(numbers):
            event = self._events[number % self._kept]
            match event:
                case ValuesReported():
                    fresh = overtaken.values(event)
                    if fresh:
                        is_all = len(fresh) == len(event.values)
                        entries.append(Entry(number, event, None if is_all else fresh))
                case None:
                    continue
                case _:
                    if not overtaken.has(event):
                        entries.append(Entry(number, event))
        entries.reverse()
        return entries

    def _text(self, entry: Entry) -> bytes:
        if entry.fresh is None or not isinstance(entry.event, ValuesReported):
            return self.frame(entry.seq)
        return self.renderer.part(entry.event, entry.fresh, entry.seq)

    def _forget(self, event: ReceiptChanged, seq: int) -> None:
        if self._receipts.get(event.command) == seq:
            del self._receipts[event.command]

    def _is_overtaken(self, event: Event, seq: int) -> bool:
        """Say whether nobody was told of a receipt before it came further: all of it is in that."""
        return isinstance(event, ReceiptChanged) and self._receipts.get(event.command) != seq


class Reader:
    """One client's place in the journal.

    Attributes:
        seq: The last change the client was given.
        dropped: Changes it was not given because later ones overtook them.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.seq = journal.seq
        self.dropped = 0

    @property
    def is_behind(self) -> bool:
        """Whether there is something to take."""
        return self.seq != self._journal.seq

    def begin(self, place: Place | None) -> bytes:
        """Return the first thing the client is told: a snapshot, or where it goes on."""
        self.seq, text = self._journal.resume(place)
        return text

    def take(self) -> bytes:
        """Return all that has changed since the last call."""
        text, dropped = self._journal.since(self.seq)
        self.dropped += dropped
        self.seq = self._journal.seq
        return text


class _Overtaken:
    """What later changes make superfluous; asked from the newest change to the oldest.

    That a device came or left is always told: whoever breaks off within a backlog and resumes there
    is told the rest change by change, and has to know the devices that it speaks of.
    """

    def __init__(self) -> None:
        self._devices: set[DeviceId] = set()
        self._values: dict[DeviceId, set[Address]] = {}
        self._rest: set[object] = set()

    def values(self, event: ValuesReported) -> Collection[Address]:
        """Return the addresses whose value no later change tells."""
        if event.device in self._devices:
            return ()
        told = self._values.setdefault(event.device, set())
        fresh = event.values.keys() - told
        told |= fresh
        return fresh

    def has(self, event: Event) -> bool:
        """Say whether a later change tells all that `event` does."""
        match event:
            case DeviceAdded(device) | DeviceRemoved(device):
                self._devices.add(device)
                return False
            case PresenceChanged(device):
                return device in self._devices or self._is_told(("presence", device))
            case _:
                key = _key(event)
                return key is not None and self._is_told(key)

    def _is_told(self, key: tuple[object, ...]) -> bool:
        is_told = key in self._rest
        self._rest.add(key)
        return is_told


def _key(event: Event) -> tuple[object, ...] | None:
    """Return what an event tells the state of; None for one that stands for itself."""
    match event:
        case ReceiptChanged(_, command):
            return "receipt", command
        case NoticeChanged(notice):
            return "notice", notice.id
        case ArrangedChanged(arranged) | AutomationChanged(arranged):
            return arranged.kind, arranged.id
        case ArrangedRemoved(kind, id_):
            return kind, id_
        case AutomationRan(_, run):
            return "run", run.id
        case ViolationFound(device, leaf, violation):
            return device, leaf, violation.rule, violation.path
        case _:
            return None
