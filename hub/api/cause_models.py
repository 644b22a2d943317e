"""What the API gives out of who asked for something, and of what a command has changed."""

from typing import Annotated, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from hub.api.terms import Timestamp
from hub.core.asker import AskerType, ThroughType


class ThroughShown(TypedDict):
    """What somebody used to ask for something."""

    type: ThroughType
    id: Annotated[str, Field(description="Empty for a plan.")]
    name: Annotated[str, Field(description="As it was called then; empty for a plan.")]


class ByShown(TypedDict):
    """Who asked for something; a guest is told the type alone, unless that was the guest."""

    type: AskerType
    id: Annotated[str | None, Field(description="Null where it is not for the reader.")]
    name: Annotated[
        str | None,
        Field(description="As they were called then; null where it is not for the reader."),
    ]
    phone: NotRequired[Annotated[str, Field(description="From which it came.")]]
    through: NotRequired[ThroughShown]


class CauseShown(TypedDict):
    """The command that gave a property its value."""

    command: Annotated[str, Field(description="Its id on the wire.")]
    at: Annotated[Timestamp, Field(description="When the value came to be this.")]
    by: Annotated[ByShown | None, Field(description="Null where nobody can say.")]
