"""Who belongs to the home: people, their sessions and the invites that are out.

Each change comes in two steps, since it has to be durable before it counts: a method returns what
is to be kept, and `apply` makes it so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final
from unicodedata import category, normalize

from hub.core.people.beginnings import dated
from hub.core.people.errors import (
    InviteUnknownError,
    LastOwnerError,
    NameMissingError,
    PersonNameTakenError,
    PersonUnknownError,
    SessionUnknownError,
    TooManyError,
)
from hub.core.people.records import (
    DropInvite,
    DropPerson,
    DropSession,
    Grant,
    Invite,
    InviteId,
    Offer,
    PeopleSave,
    Person,
    PersonId,
    Role,
    SaveInvite,
    SavePerson,
    SaveSession,
    Session,
    SessionId,
)
from protocol.ids import DeviceId

PEOPLE_LIMIT: Final = 128
SESSIONS_LIMIT: Final = 256
INVITES_LIMIT: Final = 64

UNUSED_S: Final = 90 * 86_400.0
"""A session whose phone was not seen for so long is over."""

UNSEEN: Final = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2800" + "".join(
    map(chr, range(0xFE00, 0xFE10))
)
"""Signs that nobody sees, beside those of category Cf: fillers and variation selectors."""


class Register:
    """Who belongs to the home.

    Attributes:
        people, sessions, invites: By id, oldest first; changed by `apply` alone.
    """

    def __init__(self) -> None:
        self.people: dict[PersonId, Person] = {}
        self.sessions: dict[SessionId, Session] = {}
        self.invites: dict[InviteId, Invite] = {}

    @property
    def owners(self) -> int:
        """How many owners there are."""
        return sum(person.role is Role.OWNER for person in self.people.values())

    def person(self, person_id: PersonId) -> Person:
        """Return a person.

        Raises:
            PersonUnknownError: There is none of that id.
        """
        found = self.people.get(person_id)
        if found is None:
            raise PersonUnknownError
        return found

    def session(self, session_id: SessionId) -> Session:
        """Return a session.

        Raises:
            SessionUnknownError: There is none of that id.
        """
        found = self.sessions.get(session_id)
        if found is None:
            raise SessionUnknownError
        return found

    def wearers(self, device: DeviceId) -> list[PersonId]:
        """Return whose readings those of a device are."""
        return [person.id for person in self.people.values() if device in person.wears]

    def newcomer(self, offer: Offer, name: str | None, person_id: PersonId, now_s: float) -> Person:
        """Return who comes on an offer: somebody new, or somebody here with another phone.

        Args:
            offer: What was offered.
            name: What they call themselves; it counts if nothing was offered, or if somebody has
                taken the name that was.
            person_id: For somebody new.
            now_s: The core's time.

        Raises:
            PersonUnknownError: Whoever it was offered to has left the home.
            NameMissingError: Nobody has said what somebody new is called.
            PersonNameTakenError: Somebody of the home is called so.
            TooManyError: No more people are kept.
        """
        if offer.person is not None:
            return self.person(offer.person)
        said = [one for one in (offer.name, name) if one is not None]
        if not said:
            raise NameMissingError
        called = next((one for one in said if self._is_free(one)), None)
        if called is None:
            raise PersonNameTakenError(said[-1])
        if len(self.people) >= PEOPLE_LIMIT:
            raise TooManyError("people", PEOPLE_LIMIT, "remove somebody who has left")
        return Person(person_id, called, offer.role, now_s, offer.grants)

    def check(self, offer: Offer) -> None:
        """Go on only if somebody could come on an offer now.

        Raises:
            PersonUnknownError: It is for somebody who is not here.
            PersonNameTakenError: It is for somebody new, with the name of somebody who is here.
        """
        if offer.person is not None:
            self.person(offer.person)
        if offer.name is not None and not self._is_free(offer.name):
            raise PersonNameTakenError(offer.name)

    def enter(self, person: Person, session: Session) -> list[PeopleSave]:
        """Let a phone of a person in.

        Raises:
            TooManyError: No more sessions are kept.
        """
        if len(self.sessions) >= SESSIONS_LIMIT:
            raise TooManyError("sessions", SESSIONS_LIMIT, "end those that nobody uses any more")
        known = self.people.get(person.id) == person
        return [*([] if known else [SavePerson(person)]), SaveSession(session)]

    def change(self, person: Person, wall_s: float) -> list[PeopleSave]:
        """Put a person in the place of who they were; what is granted anew begins now.

        Who is no owner any more has invited nobody: what they sent out is taken back.

        Args:
            person: Who they are to be.
            wall_s: Unix seconds.

        Raises:
            PersonUnknownError: There is none of that id.
            PersonNameTakenError: They are to be called as somebody else of the home is.
            LastOwnerError: They were the last owner and would be none.
        """
        before = self.person(person.id)
        if person.name != before.name and not self._is_free(person.name, person.id):
            raise PersonNameTakenError(person.name)
        grants = dated(before.grants, person.grants, wall_s)
        saves: list[PeopleSave] = [SavePerson(replace(person, grants=grants))]
        if before.role is Role.OWNER and person.role is not Role.OWNER:
            self._check_owner_left(person.id)
            saves += [DropInvite(i.id) for i in self.invites.values() if i.inviter == person.id]
        return saves

    def remove(self, person_id: PersonId) -> list[PeopleSave]:
        """Forget a person with all sessions, what they sent out, and invites for further phones.

        Raises:
            PersonUnknownError: There is none of that id.
            LastOwnerError: They are the last owner.
        """
        if self.person(person_id).role is Role.OWNER:
            self._check_owner_left(person_id)
        sessions = [s.id for s in self.sessions.values() if s.person == person_id]
        theirs = (i for i in self.invites.values() if person_id in {i.offer.person, i.inviter})
        invites = [invite.id for invite in theirs]
        return [*map(DropSession, sessions), *map(DropInvite, invites), DropPerson(person_id)]

    def end(self, session_id: SessionId) -> list[PeopleSave]:
        """End a session.

        Raises:
            SessionUnknownError: There is none of that id.
        """
        return [DropSession(self.session(session_id).id)]

    def renew(self, session: Session) -> list[PeopleSave]:
        """Keep a session with its new tokens, its new name, or when it was seen."""
        return [SaveSession(session)]

    def invite(self, invite: Invite, now_s: float) -> list[PeopleSave]:
        """Send out an invite; those that are over are forgotten.

        Raises:
            PersonUnknownError: It is for somebody who is not here.
            PersonNameTakenError: It is for somebody new, with the name of somebody who is here.
            TooManyError: No more are kept.
        """
        self.check(invite.offer)
        over = self.over(now_s)
        dropped = [save for save in over if isinstance(save, DropInvite)]
        if len(self.invites) - len(dropped) >= INVITES_LIMIT:
            raise TooManyError("invites", INVITES_LIMIT, "take back those that nobody will use")
        return [*dropped, SaveInvite(invite)]

    def take_back(self, invite_id: InviteId) -> list[PeopleSave]:
        """Make an invite worthless.

        Raises:
            InviteUnknownError: There is none of that id.
        """
        if invite_id not in self.invites:
            raise InviteUnknownError
        return [DropInvite(invite_id)]

    def invited(self, sha256: str, now_s: float) -> Invite | None:
        """Return the invite whose code has this hash, if there is one and it is not over."""
        for invite in self.invites.values():
            if invite.sha256 == sha256 and now_s < invite.expires_at_s:
                return invite
        return None

    def over(self, now_s: float) -> list[PeopleSave]:
        """Return what has run out by itself: invites, and sessions that nobody uses."""
        invites = [i.id for i in self.invites.values() if now_s >= i.expires_at_s]
        unused = [s.id for s in self.sessions.values() if now_s - s.seen_at_s >= UNUSED_S]
        return [*map(DropInvite, invites), *map(DropSession, unused)]

    def forget_device(self, device: DeviceId) -> list[PeopleSave]:
        """Take a device that has left the home out of grants and off its wearers."""
        saves: list[PeopleSave] = []
        for person in self.people.values():
            grants = tuple(
                replace(grant, devices=tuple(d for d in grant.devices if d != device))
                for grant in person.grants
            )
            wears = tuple(d for d in person.wears if d != device)
            kept = tuple(g for g in grants if g.of_home or g.rooms or g.devices)
            left = replace(person, grants=kept, wears=wears)
            if left != person:
                saves.append(SavePerson(left))
        return saves

    def replace_device(self, old: DeviceId, new: DeviceId) -> list[PeopleSave]:
        """Let a device that takes another's place take it in grants, invites and at its wearers.

        The old one stays its wearers' as well: what it told is theirs.
        """
        saves: list[PeopleSave] = []
        for person in self.people.values():
            grants = _moved(person.grants, old, new)
            is_worn = old in person.wears and new not in person.wears
            wears = (*person.wears, new) if is_worn else person.wears
            moved = replace(person, grants=grants, wears=wears)
            if moved != person:
                saves.append(SavePerson(moved))
        for invite in self.invites.values():
            grants = _moved(invite.offer.grants, old, new)
            if grants != invite.offer.grants:
                saves.append(
                    SaveInvite(replace(invite, offer=replace(invite.offer, grants=grants)))
                )
        return saves

    def apply(self, saves: Sequence[PeopleSave]) -> None:
        """Make so what is durable now."""
        for save in saves:
            match save:
                case SavePerson(person):
                    self.people[person.id] = person
                case DropPerson(person_id):
                    self.people.pop(person_id, None)
                case SaveSession(session):
                    self.sessions[session.id] = session
                case DropSession(session_id):
                    self.sessions.pop(session_id, None)
                case SaveInvite(invite):
                    self.invites[invite.id] = invite
                case DropInvite(invite_id):
                    self.invites.pop(invite_id, None)

    def restore(
        self, people: Iterable[Person], sessions: Iterable[Session], invites: Iterable[Invite]
    ) -> None:
        """Take in what was kept; a session of nobody is left out."""
        self.people = {person.id: person for person in people}
        self.sessions = {s.id: s for s in sessions if s.person in self.people}
        self.invites = {invite.id: invite for invite in invites}

    def _is_free(self, name: str, of: PersonId | None = None) -> bool:
        """Say whether nobody of the home but `of` is called so, or nearly so."""
        wanted = _alike(name)
        return all(_alike(one.name) != wanted for one in self.people.values() if one.id != of)

    def _check_owner_left(self, person_id: PersonId) -> None:
        others = (p for p in self.people.values() if p.id != person_id)
        if not any(person.role is Role.OWNER for person in others):
            raise LastOwnerError


def _alike(name: str) -> str:
    """Return the same text for all names that people take for one another at a glance."""
    signs = normalize("NFKC", name)
    shown = (sign for sign in signs if category(sign) != "Cf" and sign not in UNSEEN)
    return " ".join("".join(shown).casefold().split())


def _moved(grants: tuple[Grant, ...], old: DeviceId, new: DeviceId) -> tuple[Grant, ...]:
    """Return grants with a device in the place of another."""
    return tuple(
        replace(grant, devices=tuple(dict.fromkeys(new if d == old else d for d in grant.devices)))
        for grant in grants
    )
