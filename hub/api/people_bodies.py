"""What clients send about people: frozen models that refuse fields they do not know."""

from datetime import datetime
from re import compile as pattern
from typing import Annotated, Final, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    field_validator,
)

from hub.api.bodies import Asked, ClientIdText, DeviceIdText
from hub.core.people.errors import OfferMixedError
from hub.core.people.records import (
    DAY_MINUTES,
    PERSON_ID,
    Grant,
    GrantedRight,
    Hours,
    Offer,
    PersonId,
    Role,
)
from protocol.ids import Address, AddressText, DeviceId

MOST_GRANTS: Final = 16
MOST_PLACES: Final = 64
MOST_WORN: Final = 16
INVITE_S: Final = 7 * 86_400.0
LONGEST_INVITE_S: Final = 30 * 86_400.0
LAST_S: Final = 253_402_300_799.0
"""The last second of the year 9999: nothing is granted for longer."""

TIME_OF_DAY: Final = r"^([01][0-9]|2[0-3]):[0-5][0-9]$"

ROOM_ID: Final = r"[a-z0-9][a-z0-9-]{0,62}"

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: Final[tuple[Day, ...]] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_dated = pattern("[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ]")

_TURNING: Final = r"\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff"
_BLANK: Final = (
    r"\xad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2800\u3164\ufe00-\ufe0f\uffa0"
)

NO_TRICKS: Final = rf"^[^{_TURNING}]*[^\s{_TURNING}{_BLANK}][^{_TURNING}]*$"
"""Something to read, without control letters and without what turns the direction of text."""


def _written(given: object) -> object:
    """Refuse what is no text that begins with a date; a number could be of any unit."""
    if not (isinstance(given, str) and _dated.match(given)):
        raise ValueError("a time is a text such as 2026-11-21T20:43:00Z")
    return given


def _reckoned(moment: datetime) -> datetime:
    """Refuse a time of which nobody knows where it was read."""
    if moment.tzinfo is None:
        raise ValueError("a time needs its zone, such as 2026-11-21T20:43:00Z")
    return moment


PersonName = Annotated[
    str, StringConstraints(min_length=1, max_length=64, pattern=NO_TRICKS), Field(examples=["Ada"])
]
PhoneName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64, pattern=NO_TRICKS),
    Field(examples=["Ada's phone"]),
]
PersonIdText = Annotated[str, StringConstraints(pattern=rf"^{PERSON_ID}$")]
RoomIdText = Annotated[str, StringConstraints(pattern=rf"^{ROOM_ID}$")]
TimeOfDay = Annotated[
    str,
    StringConstraints(pattern=TIME_OF_DAY),
    Field(examples=["08:30"]),
]
When = Annotated[
    datetime, Field(strict=False), BeforeValidator(_written), AfterValidator(_reckoned)
]


class GrantHours(Asked):
    """A stretch of some days of the week, in the home's time zone.

    One that does not end after it begins ends the next day.
    """

    days: list[Day] = Field(default=list(DAYS), min_length=1, max_length=7)
    begin: TimeOfDay
    end: TimeOfDay

    def record(self) -> Hours:
        """Return what the core knows it as."""
        days = tuple(sorted({DAYS.index(day) for day in self.days}))
        return Hours(days, minute_of(self.begin), minute_of(self.end))


class GrantBody(Asked):
    """What somebody may see or control: where, and when.

    The whole home, or some rooms and devices; all of them, or some properties, actions and events.
    What is private of a wearable is granted only by naming the device.
    """

    right: GrantedRight
    home: bool = False
    rooms: list[RoomIdText] = Field(default=[], max_length=MOST_PLACES)
    devices: list[DeviceIdText] = Field(default=[], max_length=MOST_PLACES)
    addresses: list[AddressText] = Field(
        default=[], max_length=MOST_PLACES, description="All when there are none."
    )
    hours: list[GrantHours] = Field(default=[], max_length=14)
    since: When | None = None
    until: When | None = None

    def record(self) -> Grant:
        """Return what the core knows it as."""
        return Grant(
            right=self.right,
            of_home=self.home,
            rooms=tuple(dict.fromkeys(self.rooms)),
            devices=tuple(DeviceId(d) for d in dict.fromkeys(self.devices)),
            addresses=tuple(Address(a) for a in dict.fromkeys(self.addresses)),
            hours=tuple(hours.record() for hours in self.hours),
            from_s=None if self.since is None else _unix_s(self.since),
            until_s=None if self.until is None else _unix_s(self.until),
        )


Grants = Annotated[list[GrantBody], Field(max_length=MOST_GRANTS)]


class Pair(Asked):
    """Bring a phone to the home, with the code of the pairing window or of an invite."""

    code: str = Field(min_length=1, max_length=64, examples=["1234-5678"], repr=False)
    person: PersonName | None = Field(
        default=None, description="Who you are; not needed where the code says so."
    )
    device: PhoneName = Field(description="What this phone is called.")


class LookAtInvite(Asked):
    """Ask what an invite is for; it stays good."""

    code: str = Field(min_length=1, max_length=64, examples=["A2C4-E6G8-J0K1"], repr=False)


class RefreshTokens(Asked):
    """Get new tokens for a refresh token, which is worthless then."""

    refresh: str = Field(min_length=1, max_length=128, repr=False)
    id: ClientIdText | None = Field(
        default=None,
        description="Your own id of this request: should its answer get lost, the same request"
        " again gets the same answer for two minutes. Without it a token that comes twice ends the"
        " session.",
    )


class _Offered(Asked):
    role: Role | None = Field(default=None, strict=False, description="What whoever comes will be.")
    person: PersonIdText | None = Field(
        default=None, description="Somebody who is here already, with another phone."
    )
    name: PersonName | None = Field(default=None, description="What somebody new is called.")
    grants: Grants = Field(default=[])

    def offer(self, usual: Role) -> Offer:
        """Return what the core knows it as.

        Raises:
            OfferMixedError: It is for somebody who is here, and says who they are.
        """
        if self.person is not None and (self.role or self.name or self.grants):
            raise OfferMixedError
        person = None if self.person is None else PersonId(self.person)
        grants = tuple(grant.record() for grant in self.grants)
        return Offer(self.role or usual, person, self.name, grants)


class OpenPairing(_Offered):
    """Let one phone come for a while: a new owner, if nothing else is said."""

    duration_s: float = Field(default=300.0, ge=10, le=3_600)


class SendInvite(_Offered):
    """Let one phone come by a code that you pass on: a new guest, if nothing else is said."""

    expires_in_s: float = Field(default=INVITE_S, ge=60, le=LONGEST_INVITE_S)


class ChangePerson(Asked):
    """Change who somebody is; what is left out stays as it is."""

    name: PersonName | None = None
    role: Role | None = Field(default=None, strict=False)
    grants: Grants | None = None
    wears: list[DeviceIdText] | None = Field(
        default=None,
        max_length=MOST_WORN,
        description="Bands, earphones and scales whose readings are this person's.",
    )

    @field_validator("wears")
    @classmethod
    def _once(cls, devices: list[str] | None) -> list[str] | None:
        return devices if devices is None else list(dict.fromkeys(devices))


class ChangeMe(Asked):
    """Change what you are called."""

    name: PersonName


class ChangeSession(Asked):
    """Change what a phone is called."""

    device: PhoneName


def _unix_s(moment: datetime) -> float:
    return min(max(0.0, moment.timestamp()), LAST_S)


def minute_of(text: str) -> int:
    """Return the minute of the day."""
    hour, _, minute = text.partition(":")
    return (int(hour) * 60 + int(minute)) % DAY_MINUTES
