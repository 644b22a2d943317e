"""What the API tells of people."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from hub.api.people_bodies import Day
from hub.api.qr import QrRows
from hub.api.terms import Timestamp
from hub.core.people.records import GrantedRight
from hub.core.people.rights import Right

RoleName = Literal["owner", "member", "guest"]


class HoursShown(TypedDict):
    """A stretch of some days of the week."""

    days: list[Day]
    begin: str
    end: str


class GrantShown(TypedDict):
    """What somebody may see or control: where, and when."""

    right: GrantedRight
    home: bool
    rooms: list[str]
    devices: list[str]
    addresses: list[str]
    hours: list[HoursShown]
    since: Timestamp | None
    until: Timestamp | None


class PersonShown(TypedDict):
    """Somebody who lives here or visits; grants and wearables are told to owners and themselves."""

    id: str
    name: str
    role: RoleName
    created_at: Timestamp
    grants: list[GrantShown]
    wears: list[str]


class PersonList(TypedDict):
    """People, those who came first at the top."""

    people: list[PersonShown]


class SessionShown(TypedDict):
    """A phone or program of a person."""

    id: str
    person: str
    device: str
    created_at: Timestamp
    seen_at: Annotated[
        Timestamp, Field(description="When it last asked for something, or was on the stream.")
    ]
    is_mine: Annotated[bool, Field(description="Whether it is the one that asks.")]


class SessionList(TypedDict):
    """Sessions, the oldest first."""

    sessions: list[SessionShown]


class InviteShown(TypedDict):
    """An invite that is out."""

    id: str
    role: RoleName
    person: str | None
    name: str | None
    grants: list[GrantShown]
    by: Annotated[str | None, Field(description="Who invites; null for a program.")]
    created_at: Timestamp
    expires_at: Timestamp


class InviteList(TypedDict):
    """Invites, the oldest first."""

    invites: list[InviteShown]


class InviteSent(InviteShown):
    """A new invite, with its code, which is shown this once."""

    code: str
    link: Annotated[str, Field(description="Opens the app at this hub with the code filled in.")]
    qr: QrRows


class InviteLook(TypedDict):
    """What an invite is for, told to who has its code."""

    home: Annotated[str, Field(description="What the home is called.")]
    by: Annotated[str | None, Field(description="Who invites; null for a program.")]
    role: RoleName
    name: Annotated[str | None, Field(description="Who is invited, if that is decided.")]
    is_known: Annotated[bool, Field(description="Whether that is somebody of this home already.")]
    grants: list[GrantShown]
    places: Annotated[
        dict[str, str], Field(description="What the rooms and devices of the grants are called.")
    ]
    expires_at: Timestamp


class PairedShown(TypedDict):
    """Who came through the window."""

    person: str
    name: str
    session: str
    device: str


class PairingState(TypedDict):
    """How the pairing window is."""

    is_open: bool
    closes_at: Timestamp | None
    guesses_left: int
    role: RoleName | None
    person: str | None
    paired: PairedShown | None


class PairingOpened(PairingState):
    """A window that was opened now, with its code, which is shown this once."""

    code: str
    link: str
    qr: QrRows


class TokensGiven(TypedDict):
    """What a phone carries from now on.

    The access token goes into the header Authorization; the refresh token gets the next pair.
    """

    person: PersonShown
    session: str
    access: str
    refresh: str
    expires_s: Annotated[float, Field(description="Seconds for which the access token is good.")]


class Me(TypedDict):
    """Who asks, and what they may.

    The rights are those of the role; what a guest may is in the grants.
    """

    person: PersonShown | None
    places: Annotated[
        dict[str, str], Field(description="What the rooms and devices of your grants are called.")
    ]
    session: str
    name: str
    role: RoleName
    rights: list[Right]
    hub: str
    home: str
