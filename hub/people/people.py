"""The people of one home: who is here, with their phones, the ways in, and what each sees."""

from collections.abc import Callable, Mapping
from datetime import UTC, tzinfo

from hub.clock import Clock
from hub.core.asker import By
from hub.core.device import Device
from hub.core.people.access import Principal
from hub.core.people.records import Person, PersonId
from hub.people.ledger import Auditor, Ledger, PeopleStore
from hub.people.pairing import Pairing
from hub.people.sessions import Sessions
from hub.people.sights import Sights
from protocol.ids import DeviceId


class People:
    """Changes people and their grants, each change durable before it counts.

    Args:
        devices: Those of the home, by id.
        auditor: Writes down who was let in and out.
        zone: The home's time zone.

    Attributes:
        register: Who belongs to the home; to be read.
        sessions: Their phones.
        pairing: How phones come.
        sights: What each of them sees.
    """

    def __init__(
        self,
        store: PeopleStore,
        clock: Clock,
        devices: Mapping[DeviceId, Device],
        auditor: Auditor,
        zone: tzinfo = UTC,
    ) -> None:
        self._clock = clock
        self._ledger = Ledger(store, auditor)
        self.register = self._ledger.register
        self.sessions = Sessions(self._ledger, clock)
        self.pairing = Pairing(self._ledger, clock, auditor)
        self.sights = Sights(self.register, clock, devices, zone)
        self._ledger.follow(self.sessions.take)
        self._ledger.follow(self.sights.take)
        self._ledger.follow(self.pairing.take)

    async def open(self) -> None:
        """Read who was here in the last run; what has run out since then goes."""
        await self._ledger.open()
        self.sights.open()
        self.sessions.open()
        async with self._ledger.changing:
            await self._ledger.write(self.register.over(self._clock.now_s()))

    def as_person(self, person_id: str) -> Principal | None:
        """Return a person as they are now, whatever phone they use; None for one who has left."""
        person = self.register.people.get(PersonId(person_id))
        return Principal.of(person, person.id) if person else None

    async def change(
        self, person_id: PersonId, changed: Callable[[Person], Person], by: By
    ) -> Person:
        """Put a person in the place of who they were, and return them.

        Args:
            person_id: Who.
            changed: Returns who they are to be, from who they are once it is their turn: what
                somebody else has changed meanwhile stays.
            by: Who wants it.

        Raises:
            RequestError: They cannot be that.
            StoreError: It could not be kept; nothing has changed.
        """
        async with self._ledger.changing:
            person = changed(self.register.person(person_id))
            wall_s = self._clock.wall_s(self._clock.now_s())
            await self._ledger.write(self.register.change(person, wall_s), by)
        return person

    async def remove(self, person: PersonId, by: By) -> None:
        """Forget a person; their phones are cut off.

        Raises:
            RequestError: There is none of that id, or it is the last owner.
            StoreError: It could not be kept; nothing has changed.
        """
        async with self._ledger.changing:
            await self._ledger.write(self.register.remove(person), by)

    async def replace_device(self, old: DeviceId, new: DeviceId) -> None:
        """Let a device that takes another's place take it in grants, invites and at its wearers.

        Raises:
            StoreError: It could not be kept; nothing has changed.
        """
        async with self._ledger.changing:
            await self._ledger.write(self.register.replace_device(old, new))

    async def forget_device(self, device: DeviceId) -> None:
        """Take a device that has left the home out of all grants.

        Raises:
            StoreError: It could not be kept; nothing has changed.
        """
        async with self._ledger.changing:
            await self._ledger.write(self.register.forget_device(device))
