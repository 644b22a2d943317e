"""Where changes of who belongs to the home are written down before they count."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Protocol

from hub.core.activity import AuditCode, Entry, Kind, Particulars
from hub.core.asker import By
from hub.core.people.audit import facts
from hub.core.people.records import Invite, PeopleSave, Person, PersonId, Session
from hub.core.people.register import Register
from hub.core.records import SaveAudit

_HUB: Final = By("hub", "", "")

Follower = Callable[[Sequence[PeopleSave]], None]
"""What is told of each change when it counts."""


class PeopleStore(Protocol):
    """The part of the store that keeps people."""

    async def commit(self, writes: Sequence[PeopleSave | SaveAudit]) -> None:
        """Keep all of `writes` or none; durable when it returns."""

    async def people(self) -> tuple[list[Person], list[Session], list[Invite]]:
        """Return all people, sessions and invites, oldest first."""


class Auditor(Protocol):
    """What writes down who was let in and out; see `hub.activity`."""

    def audit(
        self,
        kind: Kind,
        by: By | None,
        told: Particulars,
        *,
        person: PersonId | None,
        text: str,
    ) -> Entry:
        """Return an entry that is still to be kept."""

    def name_of(self, place: str) -> str | None:
        """Return what a room or a device is called; None for one that is not here."""

    def keep(self, entries: Iterable[Entry]) -> None:
        """Show entries that are durable."""

    async def note_refused(self, code: AuditCode, what: str) -> None:
        """Write down a wrong code, unless they come too fast."""


class Ledger:
    """Has each change durable with what is to be told of it later, then makes it so.

    Attributes:
        register: Who belongs to the home; to be read.
        changing: Held from the look at the register that a change goes by until it counts.
    """

    def __init__(self, store: PeopleStore, auditor: Auditor) -> None:
        self.register = Register()
        self.changing = asyncio.Lock()
        self._store, self._auditor = store, auditor
        self._followers: list[Follower] = []

    def follow(self, follower: Follower) -> None:
        """Have somebody told of each change from now on."""
        self._followers.append(follower)

    async def open(self) -> None:
        """Read who was here in the last run."""
        self.register.restore(*await self._store.people())

    async def write(self, saves: Sequence[PeopleSave], by: By = _HUB) -> None:
        """Make a change; `changing` is held.

        Raises:
            StoreError: It could not be kept; nothing has changed.
        """
        entries = [
            self._auditor.audit(
                fact.kind, by, fact.particulars, person=fact.person, text=fact.text
            )._replace(status=fact.role)
            for fact in facts(saves, self.register, self._auditor.name_of)
        ]
        await self._store.commit([*saves, *map(SaveAudit, entries)])
        self.register.apply(saves)
        self._auditor.keep(entries)
        for follower in self._followers:
            follower(saves)
