"""What has happened in the home and who wanted it: the last entries, and who is told of which.

Two shelves: activity tells what devices did and why, audit who let whom and what in. Many entries
of the one never push out one of the other.
"""

from bisect import bisect_left, insort
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from heapq import merge
from operator import attrgetter
from typing import Final, Literal, NamedTuple

from hub.core.asker import By
from hub.core.automations.entitlement import exists
from hub.core.automations.records import Automation
from hub.core.people.access import Principal, has_right
from hub.core.people.records import Grant, PersonId
from hub.core.people.rights import Right
from hub.core.people.sight import Sight
from protocol.ids import Address, CommandId, DeviceId
from protocol.messages import Scalar

DAY_S: Final = 86_400.0

Kind = Literal[
    "change",
    "command",
    "event",
    "presence",
    "run",
    "pair",
    "refused",
    "invite",
    "grant",
    "revoke",
    "role",
    "join",
    "unjoin",
    "setting",
    "certificate",
]
"""The first five are activity, the others audit."""

AuditCode = Literal[
    "phone-in",
    "phone-out",
    "person-out",
    "setup-code-wrong",
    "pairing-code-wrong",
    "invited",
    "invited-named",
    "invited-phone",
    "invite-withdrawn",
    "invite-withdrawn-named",
    "invite-withdrawn-phone",
    "right-given",
    "right-taken",
    "worn",
    "not-worn",
    "role-changed",
    "device-in",
    "device-out",
    "mode-of-new",
    "mode-of-all",
    "mode-of-device",
    "place-told",
    "place-forgotten",
    "children-at-most",
    "certificate-added",
    "certificate-removed",
]
"""What exactly an entry of audit tells."""

RIGHT_OF: Final[dict[Kind, Right]] = {
    "pair": Right.PEOPLE,
    "refused": Right.PEOPLE,
    "invite": Right.PEOPLE,
    "grant": Right.PEOPLE,
    "revoke": Right.PEOPLE,
    "role": Right.PEOPLE,
    "join": Right.ADMIT,
    "unjoin": Right.ADMIT,
    "setting": Right.HUB,
    "certificate": Right.HUB,
}
"""What somebody needs to be told of an entry of audit."""

IDS_PER_EPOCH: Final = 2**31
"""Entries of one run of the hub; the id of an entry is never given twice."""


@dataclass(frozen=True, slots=True)
class Particulars:
    """What an entry of audit tells, for a program that has words of its own for it.

    Attributes:
        parameters: What these words need: names of then, roles, modes, numbers.
        grant: The right that was given or taken.
        places: What the rooms and devices of the grant are called, by id.
    """

    code: AuditCode
    parameters: Mapping[str, str | int] = field(default_factory=dict)
    grant: Grant | None = None
    places: Mapping[str, str] = field(default_factory=dict)


class Entry(NamedTuple):
    """One thing that has happened.

    Attributes:
        at_s: The core's clock.
        by: Who wanted it; None for nobody, or nobody knows.
        addresses: Of the device, if some in particular.
        value, was: Of a change: what the property is and was; of an event nothing.
        command: Wire id of the command behind it.
        status: How a command or a run ended, what presence became, or the role of an invite.
        automation: Which one ran.
        person: Whom it concerns.
        text: Whom or what it is about, in a few words; why, of commands and presence.
        particulars: Of audit; None for what earlier versions wrote.
    """

    id: int
    at_s: float
    kind: Kind
    by: By | None = None
    device: DeviceId | None = None
    addresses: tuple[Address, ...] = ()
    value: Scalar = None
    was: Scalar = None
    command: CommandId | None = None
    status: str = ""
    automation: str | None = None
    person: PersonId | None = None
    text: str = ""
    particulars: Particulars | None = None

    @property
    def is_audit(self) -> bool:
        """Whether it tells who let whom or what in."""
        return self.kind in RIGHT_OF


@dataclass(frozen=True, slots=True)
class Bound:
    """How many entries are kept, and for how long."""

    most: int
    age_s: float


ACTIVITY_KEPT: Final = Bound(10_000, 30 * DAY_S)
AUDIT_KEPT: Final = Bound(2_000, 366 * DAY_S)

_SLACK: Final = 256
"""A shelf is cleared when it holds so many more than it should: a list is cut seldom."""

_id: Final = attrgetter("id")


@dataclass(slots=True)
class _Shelf:
    bound: Bound
    entries: list[Entry] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        insort(self.entries, entry, key=_id)
        if len(self.entries) > self.bound.most + _SLACK:
            del self.entries[: len(self.entries) - self.bound.most]

    def before(self, number: int | None, oldest_s: float) -> Iterator[Entry]:
        """Yield the entries below a number that are not too old, the latest first."""
        end = len(self.entries)
        if number is not None:
            end = bisect_left(self.entries, number, key=_id)
        for place in range(end - 1, max(-1, len(self.entries) - self.bound.most - 1), -1):
            entry = self.entries[place]
            if entry.at_s < oldest_s:
                return
            yield entry


class Log:
    """The entries of a home.

    Args:
        epoch: Starts of the hub; ids begin anew above all those of earlier runs.
    """

    def __init__(self, epoch: int) -> None:
        self._last = epoch * IDS_PER_EPOCH
        self._activity, self._audit = _Shelf(ACTIVITY_KEPT), _Shelf(AUDIT_KEPT)

    def next_id(self) -> int:
        """Return an id that no entry has."""
        self._last += 1
        return self._last

    def restore(self, entries: Iterable[Entry]) -> None:
        """Take up what earlier runs kept."""
        for entry in sorted(entries, key=_id):
            self.add(entry)
            self._last = max(self._last, entry.id)

    def add(self, entry: Entry) -> None:
        """Take in an entry; of more than are kept the oldest is forgotten."""
        (self._audit if entry.is_audit else self._activity).add(entry)

    def page(
        self, before: int | None, limit: int, is_asked: Callable[[Entry], bool], now_s: float
    ) -> tuple[list[Entry], bool]:
        """Return entries, the latest first, and whether there are more.

        Args:
            before: Only those below this id; the last of one page asks for the next.
            limit: At most so many.
            is_asked: Whether an entry is wanted, and may be told.
            now_s: The core's clock.
        """
        shelves = [
            shelf.before(before, now_s - shelf.bound.age_s)
            for shelf in (self._activity, self._audit)
        ]
        found: list[Entry] = []
        for entry in merge(*shelves, key=_id, reverse=True):
            if is_asked(entry):
                if len(found) == limit:
                    return found, True
                found.append(entry)
        return found, False

    def forget(self, device: DeviceId) -> None:
        """Forget what a device did that has left the home; who let it in and out stays."""
        shelf = self._activity
        shelf.entries = [entry for entry in shelf.entries if entry.device != device]


def is_told(
    entry: Entry, principal: Principal, sight: Sight, automation: Automation | None
) -> bool:
    """Say whether somebody may be told of an entry.

    Of activity: who sees the device and all that the entry speaks of, or the automation; guests are
    told of no run, and of nothing that was before their visit. Of audit: who has the right that it
    belongs to.

    Args:
        entry: Which.
        principal: Who.
        sight: What they see.
        automation: Of a run: the automation as it is now, if it still is.
    """
    right = RIGHT_OF.get(entry.kind)
    if right is not None:
        return has_right(principal, right)
    return is_seen(entry, sight, automation)


def is_seen(entry: Entry, sight: Sight, automation: Automation | None) -> bool:
    """Say whether what an entry of activity speaks of exists for whoever has this sight."""
    if sight.is_whole:
        return True
    if entry.kind == "run":
        return not sight.is_guest and automation is not None and exists(automation, sight)
    if entry.device is None:
        return not sight.is_narrow
    span = sight.of(entry.device).sees
    is_here = bool(span) and all(address in span for address in entry.addresses)
    return is_here and entry.at_s >= sight.told_from_s(entry.device, entry.addresses)
