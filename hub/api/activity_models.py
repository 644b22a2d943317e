"""What the API gives out of what has happened in the home."""

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from hub.api.cause_models import ByShown
from hub.api.people_models import GrantShown
from hub.api.terms import Shown, Timestamp
from hub.core.activity import AuditCode, Kind


class EntryShown(TypedDict):
    """One thing that has happened."""

    id: int
    at: Timestamp
    kind: Annotated[
        Kind,
        Field(description="change, command, event, presence and run are activity; else audit."),
    ]
    by: Annotated[ByShown | None, Field(description="Who wanted it; null for nobody.")]
    device: NotRequired[str]
    address: NotRequired[Annotated[str, Field(description="When it is about just one.")]]
    addresses: NotRequired[Annotated[list[str], Field(description="When it is about several.")]]
    value: NotRequired[Annotated[Shown, Field(description="Of a change.")]]
    was: NotRequired[
        Annotated[Shown, Field(description="Of a change: before it; null when that was not known.")]
    ]
    command: NotRequired[Annotated[str, Field(description="Wire id of the command behind it.")]]
    status: NotRequired[
        Annotated[
            str,
            Field(
                description="How a command or run ended, what presence became, an invite's role."
            ),
        ]
    ]
    automation: NotRequired[str]
    person: NotRequired[Annotated[str, Field(description="Id of whom it concerns.")]]
    text: NotRequired[
        Annotated[str, Field(description="Whom or what it is about, or why, in a few words.")]
    ]
    code: NotRequired[
        Annotated[AuditCode, Field(description="Of audit: what exactly, for words of your own.")]
    ]
    parameters: NotRequired[
        Annotated[
            dict[str, str | int],
            Field(description="What words for the code need: names of then, roles, numbers."),
        ]
    ]
    grant: NotRequired[
        Annotated[GrantShown, Field(description="The right that was given or taken.")]
    ]
    places: NotRequired[
        Annotated[
            dict[str, str],
            Field(description="What the grant's rooms and devices were called, by id."),
        ]
    ]


class ActivityPage(TypedDict):
    """What has happened, the latest first."""

    entries: list[EntryShown]
    more: Annotated[bool, Field(description="Whether there are earlier ones: ask with `before`.")]
