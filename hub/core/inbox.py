"""What people are to be told even if they do not look just then: the last notices, kept."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from hub.core.automations.records import Automation
from hub.core.events import NoticeChanged, NoticeRemoved
from hub.core.outcome import Outcome
from hub.core.records import DropNotice, Notice, NoticeKind, SaveNotice
from protocol.ids import Address, DeviceId

IDS_PER_EPOCH: Final = 1_000_000

KEPT: Final = 200
"""Of more, the oldest is dropped."""

KEPT_OF_ONE: Final = 50
"""Of one device or automation: who says much must not push out what others have said."""

ALARM_EVERY_S: Final = 60.0
"""An alarm that a device repeats makes one notice in this time."""


class Inbox:
    """The notices of a home, oldest first."""

    def __init__(self, epoch: int, name_of: Callable[[DeviceId], str]) -> None:
        """Make an empty inbox.

        Args:
            epoch: Starts of the hub; ids begin anew above all those of earlier runs.
            name_of: What people call a device now.
        """
        self._notices: dict[int, Notice] = {}
        self._last = epoch * IDS_PER_EPOCH
        self._name_of = name_of

    @property
    def notices(self) -> Mapping[int, Notice]:
        """All notices by id."""
        return MappingProxyType(self._notices)

    def restore(self, notices: Iterable[Notice]) -> None:
        """Take up the notices that an earlier run kept."""
        self._notices = {notice.id: notice for notice in sorted(notices, key=lambda n: n.id)}
        self._last = max(self._last, *self._notices) if self._notices else self._last

    def add(
        self,
        kind: NoticeKind,
        device: DeviceId,
        text: str,
        now_s: float,
        out: Outcome,
        address: Address | None = None,
    ) -> None:
        """Make a notice."""
        name = self._name_of(device)
        self._add(
            Notice(self._last + 1, now_s, kind, device, text, address=address, name=name), out
        )

    def alarm(
        self, device: DeviceId, event: Address, title: str, now_s: float, out: Outcome
    ) -> None:
        """Make a notice of a device's alarm, unless there was one about it just before."""
        for notice in reversed(self._notices.values()):
            if now_s - notice.at_s >= ALARM_EVERY_S:
                break
            if (notice.device, notice.event) == (device, event):
                return
        name = self._name_of(device)
        self._add(Notice(self._last + 1, now_s, "alarm", device, title, event, name=name), out)

    def tell(
        self,
        automation: Automation,
        text: str,
        now_s: float,
        out: Outcome,
        *,
        person: str | None = None,
        code: str = "",
    ) -> None:
        """Make a notice of what an automation has to say; for one person alone, or for all.

        A `code` says why the hub has switched it off, where that is what is told.
        """
        notice = Notice(self._last + 1, now_s, "automation", None, text, code=code)
        said = replace(notice, automation=automation.id, name=automation.name, person=person)
        self._add(said, out)

    def mark(self, numbers: Collection[int], reader: str, *, is_read: bool, out: Outcome) -> None:
        """Have somebody have read notices, or not; of those that are gone nothing is said."""
        for number in numbers:
            notice = self._notices.get(number)
            if notice is None or notice.is_read_by(reader) is is_read:
                continue
            others = tuple(one for one in notice.readers if one != reader)
            readers = (*others, reader) if is_read else others
            marked = replace(notice, is_read=notice.is_read and is_read, readers=readers)
            self._notices[number] = marked
            out.saves.append(SaveNotice(marked))
            out.events.append(NoticeChanged(marked, reader))

    def drop(self, numbers: Collection[int], out: Outcome) -> None:
        """Forget notices; of those that are gone nothing is said."""
        for number in numbers:
            if number in self._notices:
                self._drop(number, out)

    def _add(self, notice: Notice, out: Outcome) -> None:
        self._last = notice.id
        self._keep(notice, out)
        teller = (notice.device, notice.automation)
        own = [o.id for o in self._notices.values() if (o.device, o.automation) == teller]
        if len(own) > KEPT_OF_ONE:
            self._drop(own[0], out)
        elif len(self._notices) > KEPT:
            self._drop(next(iter(self._notices)), out)

    def _keep(self, notice: Notice, out: Outcome) -> None:
        self._notices[notice.id] = notice
        out.saves.append(SaveNotice(notice))
        out.events.append(NoticeChanged(notice))

    def _drop(self, number: int, out: Outcome) -> None:
        notice = self._notices.pop(number)
        out.saves.append(DropNotice(number))
        out.events.append(NoticeRemoved(notice))
