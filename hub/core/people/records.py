"""People, their grants, sessions and invites as plain data: the core makes it, the store keeps it.

Times ending in `_s` are the core's; those of a grant are Unix seconds, since they mean a day of the
calendar and not a span.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Literal, NewType

from protocol.ids import Address, DeviceId

PersonId = NewType("PersonId", str)
SessionId = NewType("SessionId", str)
InviteId = NewType("InviteId", str)

PERSON_ID: Final = r"person-[0-9a-f]{12}"
SESSION_ID: Final = r"session-[0-9a-f]{12}"
INVITE_ID: Final = r"invite-[0-9a-f]{12}"


class Role(StrEnum):
    """What somebody is to the home."""

    OWNER = "owner"
    """Everything."""

    MEMBER = "member"
    """Lives here: sees and controls all devices, arranges rooms, scenes and automations."""

    GUEST = "guest"
    """What grants give, and nothing else."""


GrantedRight = Literal["see", "control"]

DAY_MINUTES: Final = 1_440


@dataclass(frozen=True, slots=True)
class Hours:
    """A stretch of some days of the week, in the home's time zone.

    Attributes:
        days: Monday is 0; the day on which the stretch begins.
        begin, end: Minutes of the day; an end that is not after the begin is the next day's.
    """

    days: tuple[int, ...]
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Grant:
    """What somebody may see or control beyond the role: where, and when.

    Attributes:
        right: `control` lets one see, too.
        of_home: All devices.
        rooms, devices: Further places.
        addresses: Properties, actions and events; none means all of them.
        hours: When it holds; none means at any hour.
        from_s, until_s: Unix seconds; None means without beginning, or without end.
        given_s: Unix seconds in which somebody who was here already got it; None for one that came
            with the person.
    """

    right: GrantedRight
    of_home: bool = False
    rooms: tuple[str, ...] = ()
    devices: tuple[DeviceId, ...] = ()
    addresses: tuple[Address, ...] = ()
    hours: tuple[Hours, ...] = ()
    from_s: float | None = None
    until_s: float | None = None
    given_s: float | None = None

    @property
    def is_timed(self) -> bool:
        """Whether it holds at some times only."""
        return bool(self.hours) or self.from_s is not None or self.until_s is not None


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who lives here or visits.

    Attributes:
        wears: Wearables and scales whose readings are this person's.
    """

    id: PersonId
    name: str
    role: Role
    created_at_s: float
    grants: tuple[Grant, ...] = ()
    wears: tuple[DeviceId, ...] = ()


@dataclass(frozen=True, slots=True)
class Session:
    """A phone or a program of a person; of its secrets only hashes are kept.

    Attributes:
        device: What the person calls the phone.
        seen_at_s: When it was seen last, as far as that is kept.
        family_sha256: Of the part that all its refresh tokens share.
        refresh_sha256: Of the only refresh token that is good.
        access_sha256: Of the access token that was made last.
        access_until_s: When that one ends.
    """

    id: SessionId
    person: PersonId
    device: str
    created_at_s: float
    seen_at_s: float
    family_sha256: str = field(repr=False)
    refresh_sha256: str = field(repr=False)
    access_sha256: str = field(repr=False)
    access_until_s: float


@dataclass(frozen=True, slots=True)
class Offer:
    """What whoever comes will be.

    Attributes:
        person: Who it is, if that is somebody already here with another phone.
        name: What somebody new is called, if that is decided already.
    """

    role: Role
    person: PersonId | None = None
    name: str | None = None
    grants: tuple[Grant, ...] = ()


@dataclass(frozen=True, slots=True)
class Invite:
    """A code by which one phone may come, once.

    Attributes:
        sha256: Of the code.
        by: What the inviter was called; empty for a program, which invites in nobody's name.
        inviter: Who that is; None for a program, and for one of an earlier version.
    """

    id: InviteId
    offer: Offer
    sha256: str = field(repr=False)
    by: str
    created_at_s: float
    expires_at_s: float
    inviter: PersonId | None = None


@dataclass(frozen=True, slots=True)
class SavePerson:
    """Keep a person."""

    record: Person


@dataclass(frozen=True, slots=True)
class DropPerson:
    """Forget a person."""

    id: PersonId


@dataclass(frozen=True, slots=True)
class SaveSession:
    """Keep a session."""

    record: Session


@dataclass(frozen=True, slots=True)
class DropSession:
    """Forget a session."""

    id: SessionId


@dataclass(frozen=True, slots=True)
class SaveInvite:
    """Keep an invite."""

    record: Invite


@dataclass(frozen=True, slots=True)
class DropInvite:
    """Forget an invite."""

    id: InviteId


PeopleSave = SavePerson | DropPerson | SaveSession | DropSession | SaveInvite | DropInvite
