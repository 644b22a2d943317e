"""The people of one home at run time: who asks, what they see, who comes and who goes."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from hmac import compare_digest
from typing import Final, NamedTuple, Protocol

from hub import tokens
from hub.clock import Clock
from hub.core.activity import Entry, Kind
from hub.core.asker import By
from hub.core.device import Device
from hub.core.people.access import Moment, Principal, Thing, holds_for_s
from hub.core.people.audit import facts
from hub.core.people.errors import CodeWrongError, RefreshWrongError
from hub.core.people.records import (
    DropInvite,
    DropSession,
    Invite,
    InviteId,
    Offer,
    PeopleSave,
    Person,
    PersonId,
    SavePerson,
    SaveSession,
    Session,
    SessionId,
)
from hub.core.people.register import UNUSED_S, Register
from hub.core.people.sight import Sight
from hub.core.people.wearables import is_wearable, private_addresses
from hub.core.people.window import Paired, PairingStatus, PairingWindow
from hub.core.records import SaveAudit
from protocol.ids import DeviceId

ACCESS_S: Final = 1_800.0
"""How long an access token is good."""

OLD_ACCESS_S: Final = 60.0
"""How long the one before is good, for requests that are on their way."""

ANSWER_KEPT_S: Final = 120.0
"""So long a phone that lost the answer to a refresh gets it again, by the id of its request."""

LOOK_AGAIN_S: Final = 1.0
"""What somebody with timed grants sees is worked out anew at least so often: clocks jump."""

_HUB: Final = By("hub", "", "")

FOREVER_S: Final = float("inf")
SIGHTS_KEPT: Final = 1_024


class PeopleStore(Protocol):
    """The part of the store that keeps people."""

    async def commit(self, writes: Sequence[PeopleSave | SaveAudit]) -> None:
        """Keep all of `writes` or none; durable when it returns."""

    async def people(self) -> tuple[list[Person], list[Session], list[Invite]]:
        """Return all people, sessions and invites, oldest first."""


class Auditor(Protocol):
    """What writes down who was let in and out; see `hub.activity`."""

    def audit(self, kind: Kind, by: By | None, *, person: PersonId | None, text: str) -> Entry:
        """Return an entry that is still to be kept."""

    def keep(self, entries: Iterable[Entry]) -> None:
        """Show entries that are durable."""

    async def note_refused(self, what: str) -> None:
        """Write down a wrong code, unless they come too fast."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a phone gets when it comes, and each time it refreshes.

    Attributes:
        expires_s: Seconds for which `access` is good.
    """

    person: Person
    session: SessionId
    access: str = field(repr=False)
    refresh: str = field(repr=False)
    expires_s: float = ACCESS_S


class _Look(NamedTuple):
    """What somebody sees, and until when that is true."""

    principal: Principal
    revision: int
    until_s: float
    sight: Sight


class _Answer(NamedTuple):
    """The answer to a refresh, for who asks again."""

    refresh_sha256: str
    attempt: str
    tokens: Tokens
    until_s: float


class People:
    """Lets people in and out, and says what each of them sees.

    Args:
        devices: Those of the home, by id.
        room_of: Returns the room of a device, if it stands in one.
        auditor: Writes down who was let in and out.

    Attributes:
        register: Who belongs to the home; to be read.
        revision: Counted up whenever somebody may see something else than before.
        zone: The home's time zone; UTC until somebody says otherwise.
    """

    def __init__(
        self,
        store: PeopleStore,
        clock: Clock,
        devices: Mapping[DeviceId, Device],
        room_of: Callable[[Device], str | None],
        auditor: Auditor,
    ) -> None:
        self._store, self._clock, self._auditor = store, clock, auditor
        self._devices, self._room_of = devices, room_of
        self.zone: tzinfo = UTC
        self.register = Register()
        self.revision = 0
        self._window = PairingWindow()
        self._changing = asyncio.Lock()
        self._access: dict[str, tuple[SessionId, float]] = {}
        self._looks: dict[str, _Look] = {}
        self._answers: dict[SessionId, _Answer] = {}
        self._wearables = {device.id for device in devices.values() if is_wearable(device)}

    async def open(self) -> None:
        """Read who was here in the last run."""
        self.register.restore(*await self._store.people())
        for session in self.register.sessions.values():
            self._index(session)
        await self._change(self.register.over(self._clock.now_s()))

    # Who asks

    def check(self, plain: str) -> Principal | None:
        """Return whose access token this is; None where it is none that is good."""
        found = self._access.get(tokens.digest(plain))
        if found is None or self._clock.now_s() >= found[1]:
            return None
        return self.principal(found[0])

    def principal(self, scope: str) -> Principal | None:
        """Return who a session belongs to, as they are now; None once it has ended."""
        session = self.register.sessions.get(SessionId(scope))
        person = self.register.people.get(session.person) if session else None
        if session is None or person is None:
            return None
        return Principal(
            session.id,
            person.name,
            person.role,
            person.id,
            person.grants,
            person.wears,
            session.device,
        )

    def as_person(self, person_id: str) -> Principal | None:
        """Return a person as they are now, whatever phone they use; None for one who has left."""
        person = self.register.people.get(PersonId(person_id))
        if person is None:
            return None
        return Principal(
            person.id, person.name, person.role, person.id, person.grants, person.wears
        )

    def sight(self, principal: Principal) -> Sight:
        """Return what somebody sees now; the same object for as long as that stays the same."""
        look = self._looks.get(principal.scope)
        if look is not None and look.revision == self.revision:
            is_same = look.principal is principal or look.principal == principal
            if is_same and (look.until_s == FOREVER_S or self._clock.now_s() < look.until_s):
                return look.sight
        look = self._look(principal, self._clock.now_s())
        if len(self._looks) >= SIGHTS_KEPT:
            self._looks.clear()
        self._looks[principal.scope] = look
        return look.sight

    def note(self, device_id: DeviceId) -> None:
        """Take in that a device has come, has gone, or is described anew."""
        device = self._devices.get(device_id)
        if device is not None and (is_wearable(device) or self.register.wearers(device_id)):
            self._wearables.add(device_id)
        else:
            self._wearables.discard(device_id)
        self.revision += 1

    def moment(self) -> Moment:
        """Return the time as grants reckon with it, in the time zone of the home."""
        wall_s = self._clock.wall_s(self._clock.now_s())
        local = datetime.fromtimestamp(wall_s, self.zone)
        minute = local.hour * 60 + local.minute
        return Moment(wall_s, local.weekday(), minute, is_sure=self._clock.is_synced)

    # Who comes

    def open_window(self, offer: Offer, duration_s: float) -> str:
        """Let one phone come for a while; return the code that it has to know.

        Raises:
            PersonUnknownError: It is for somebody who is not here.
        """
        if offer.person is not None:
            offer = replace(offer, role=self.register.person(offer.person).role)
        code = tokens.new_window_code()
        self._window.open(code, offer, self._clock.now_s(), duration_s)
        return code

    def close_window(self) -> None:
        """Let nobody come through the window any more."""
        self._window.close()

    def window(self) -> PairingStatus:
        """Return how the pairing window is."""
        return self._window.status(self._clock.now_s())

    async def invite(self, offer: Offer, by: By, lasts_s: float) -> tuple[Invite, str]:
        """Return an invite and its code, which is shown this once.

        Raises:
            RequestError: It is for nobody, or there are too many.
            StoreError: It could not be kept.
        """
        if offer.person is not None:
            offer = replace(offer, role=self.register.person(offer.person).role)
        code, now_s = tokens.new_invite_code(), self._clock.now_s()
        invite_id = InviteId(tokens.new_name("invite-"))
        invite = Invite(invite_id, offer, tokens.digest(code), by.name, now_s, now_s + lasts_s)
        async with self._changing:
            await self._change(self.register.invite(invite, now_s), by)
        return invite, code

    def invited(self, code: str) -> Invite:
        """Return the invite that a code is for, which stays good.

        Raises:
            CodeWrongError: There is none; a window's code is not looked at, nor counted as a guess.
        """
        found = self.register.invited(tokens.digest(tokens.heard(code)), self._clock.now_s())
        if found is None:
            raise CodeWrongError
        return found

    async def pair(self, code: str, name: str | None, device: str) -> Tokens:
        """Let a phone in that knows the code of the window or of an invite.

        Args:
            code: As somebody typed it.
            name: What somebody new is called; a name that was given with the offer comes first.
            device: What the phone is called.

        Raises:
            RequestError: It does not come in.
            StoreError: It could not be kept; the code is still good.
        """
        async with self._changing:
            now_s = self._clock.now_s()
            try:
                offer, invite = self._offered(tokens.heard(code), now_s)
            except CodeWrongError:
                await self._auditor.note_refused("pairing code")
                raise
            person_id = PersonId(tokens.new_name("person-"))
            person = self.register.newcomer(offer, name, person_id, now_s)
            session_id = SessionId(tokens.new_name(tokens.SESSION_PREFIX))
            session, given = _begun(person, session_id, device, now_s)
            used = [DropInvite(invite.id)] if invite else []
            by = By("person", person.id, person.name, device)
            await self._change([*self.register.enter(person, session), *used], by)
            if invite is None:
                self._window.admit(Paired(person.id, person.name, session_id, device))
            return given

    async def refresh(self, plain: str, attempt: str | None) -> Tokens:
        """Return new tokens for a refresh token, which is worthless from then on.

        Who asks again under the same id, since the answer was lost, gets the same answer.

        Raises:
            RefreshWrongError: It is none, or was used before; that ends its session.
            StoreError: It could not be kept; the token is still good.
        """
        async with self._changing:
            given = tokens.read_refresh(plain)
            session = self.register.sessions.get(given.session) if given else None
            if given is None or session is None:
                raise RefreshWrongError
            if not compare_digest(tokens.digest(given.family), session.family_sha256):
                raise RefreshWrongError
            sha256 = tokens.digest(plain)
            if not compare_digest(sha256, session.refresh_sha256):
                return await self._again(session, sha256, attempt)
            return await self._renew(session, given.family, sha256, attempt)

    # Who is here

    async def put(self, person: Person, by: By) -> None:
        """Put a person in the place of who they were.

        Raises:
            RequestError: They cannot be that.
            StoreError: It could not be kept; nothing has changed.
        """
        async with self._changing:
            await self._change(self.register.change(person), by)

    async def remove(self, person: PersonId, by: By) -> None:
        """Forget a person; their phones are cut off.

        Raises:
            RequestError: There is none of that id, or it is the last owner.
            StoreError: It could not be kept; nothing has changed.
        """
        async with self._changing:
            await self._change(self.register.remove(person), by)

    async def rename(self, session: SessionId, device: str) -> Session:
        """Give a phone another name, and return it.

        Raises:
            SessionUnknownError: There is none of that id.
            StoreError: It could not be kept; nothing has changed.
        """
        async with self._changing:
            renamed = replace(self.register.session(session), device=device)
            await self._change(self.register.renew(renamed))
        return renamed

    async def end(self, session: SessionId, by: By) -> None:
        """End a session; its phone is cut off.

        Raises:
            SessionUnknownError: There is none of that id.
            StoreError: It could not be kept; nothing has changed.
        """
        async with self._changing:
            await self._change(self.register.end(session), by)

    async def take_back(self, invite: InviteId, by: By) -> None:
        """Make an invite worthless.

        Raises:
            InviteUnknownError: There is none of that id.
            StoreError: It could not be kept; nothing has changed.
        """
        async with self._changing:
            await self._change(self.register.take_back(invite), by)

    async def replace_device(self, old: DeviceId, new: DeviceId) -> None:
        """Let a device that takes another's place take it in grants, invites and at its wearers.

        Raises:
            StoreError: It could not be kept; nothing has changed.
        """
        async with self._changing:
            await self._change(self.register.replace_device(old, new))

    async def forget_device(self, device: DeviceId) -> None:
        """Take a device that has left the home out of all grants.

        Raises:
            StoreError: It could not be kept; nothing has changed.
        """
        async with self._changing:
            await self._change(self.register.forget_device(device))

    async def _change(self, saves: Sequence[PeopleSave], by: By = _HUB) -> None:
        """Have a change durable with what is to be told of it later, then make it so."""
        entries = [
            self._auditor.audit(fact.kind, by, person=fact.person, text=fact.text)
            for fact in facts(saves, self.register)
        ]
        await self._store.commit([*saves, *map(SaveAudit, entries)])
        self.register.apply(saves)
        self._auditor.keep(entries)
        for save in saves:
            if isinstance(save, SaveSession):
                self._index(save.record)
            elif isinstance(save, SavePerson):
                self._wearables.update(d for d in save.record.wears if d in self._devices)
        ended = {save.id for save in saves if isinstance(save, DropSession)}
        if ended:
            self._access = {
                sha256: found for sha256, found in self._access.items() if found[0] not in ended
            }
            for session in ended:
                self._answers.pop(session, None)
                self._looks.pop(session, None)
        if saves:
            self.revision += 1

    def _index(self, session: Session) -> None:
        self._access[session.access_sha256] = session.id, session.access_until_s

    def _look(self, principal: Principal, now_s: float) -> _Look:
        now = self.moment()
        until_s = FOREVER_S
        if any(grant.is_timed for grant in principal.grants):
            until_s = now_s + min(LOOK_AGAIN_S, holds_for_s(principal.grants, now))
        sight = Sight(principal, now, self._thing, tuple(self._wearables))
        return _Look(principal, self.revision, until_s, sight)

    def _thing(self, device_id: DeviceId) -> Thing | None:
        device = self._devices.get(device_id)
        if device is None:
            return None
        room = self._room_of(device)
        if device_id not in self._wearables:
            return Thing(device_id, room)
        is_worn = bool(self.register.wearers(device_id))
        return Thing(device_id, room, private_addresses(device), is_worn=is_worn)

    def _offered(self, code: str, now_s: float) -> tuple[Offer, Invite | None]:
        if len(code) == 8 and code.isdigit():
            return self._window.try_code(code, now_s), None
        invite = self.register.invited(tokens.digest(code), now_s)
        if invite is None:
            raise CodeWrongError
        return invite.offer, invite

    async def _renew(
        self, session: Session, family: str, sha256: str, attempt: str | None
    ) -> Tokens:
        now_s = self._clock.now_s()
        if now_s - session.seen_at_s >= UNUSED_S:
            await self._change(self.register.end(session.id))
            raise RefreshWrongError
        person = self.register.person(session.person)
        given = _minted(person, session.id, family)
        renewed = _with(session, given, now_s)
        await self._change(self.register.renew(renewed))
        self._retire(session.access_sha256, now_s)
        if attempt is not None:
            self._answers[session.id] = _Answer(sha256, attempt, given, now_s + ANSWER_KEPT_S)
        return given

    async def _again(self, session: Session, sha256: str, attempt: str | None) -> Tokens:
        """Answer a refresh token that was used before: the same again, or the session ends."""
        known = self._answers.get(session.id)
        if known is not None and self._clock.now_s() < known.until_s:
            is_same = compare_digest(known.refresh_sha256, sha256) and known.attempt == attempt
            if is_same:
                return known.tokens
        await self._change(self.register.end(session.id))
        raise RefreshWrongError(is_reused=True)

    def _retire(self, access_sha256: str, now_s: float) -> None:
        """Let an access token that has a follower end soon, and forget those that are over."""
        found = self._access.get(access_sha256)
        if found is not None:
            self._access[access_sha256] = found[0], min(found[1], now_s + OLD_ACCESS_S)
        self._access = {sha: found for sha, found in self._access.items() if now_s < found[1]}


def _minted(person: Person, session: SessionId, family: str) -> Tokens:
    return Tokens(person, session, tokens.new_access(), tokens.new_refresh(session, family))


def _begun(
    person: Person, session_id: SessionId, device: str, now_s: float
) -> tuple[Session, Tokens]:
    family = tokens.new_family()
    given = _minted(person, session_id, family)
    session = Session(
        id=session_id,
        person=person.id,
        device=device,
        created_at_s=now_s,
        seen_at_s=now_s,
        family_sha256=tokens.digest(family),
        refresh_sha256="",
        access_sha256="",
        access_until_s=now_s,
    )
    return _with(session, given, now_s), given


def _with(session: Session, given: Tokens, now_s: float) -> Session:
    return replace(
        session,
        seen_at_s=now_s,
        refresh_sha256=tokens.digest(given.refresh),
        access_sha256=tokens.digest(given.access),
        access_until_s=now_s + ACCESS_S,
    )
