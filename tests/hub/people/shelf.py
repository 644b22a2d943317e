"""People without a hub around them, and a place to keep them that may be full."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hub.activity import Activity
from hub.clock import Clock
from hub.core.activity import Entry
from hub.core.asker import By
from hub.core.device import Device
from hub.core.hub import Hub
from hub.core.people.records import Invite, Offer, PeopleSave, Person, Role, Session
from hub.people.people import People
from hub.people.tokens import Tokens
from hub.store import Store, StoreFullError
from protocol.ids import DeviceId

OWNER = Offer(Role.OWNER)
ADA = By("person", "person-1", "Ada")


@dataclass
class Shelf:
    """Keeps what it is told, unless it is full."""

    is_full: bool = False
    kept: list[PeopleSave] = field(default_factory=list)
    written: asyncio.Event = field(default_factory=asyncio.Event)

    async def commit(self, writes: object) -> None:
        if self.is_full:
            raise StoreFullError("The disk is full", "Make room.")
        self.kept.extend(writes)  # type: ignore[arg-type]  # what People hands over
        if writes:
            self.written.set()

    def save_activity(self, entries: Sequence[Entry]) -> None:
        raise NotImplementedError

    async def people(self) -> tuple[list[Person], list[Session], list[Invite]]:
        return [], [], []


def people_of(
    store: Shelf | Store, clock: Clock, devices: Mapping[DeviceId, Device] | None = None
) -> People:
    auditor = Activity(Hub("hub-0a1b2c3d", 1), store, clock, lambda _: None)
    return People(store, clock, devices or {}, auditor)


async def came(people: People, offer: Offer = OWNER, name: str = "Ada") -> Tokens:
    return await people.pairing.pair(people.pairing.open_window(offer, 300.0), name, "phone")
