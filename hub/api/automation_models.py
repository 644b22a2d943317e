"""What the API gives out of automations and their runs."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from hub.api.automation_bodies import Do, If, When
from hub.api.cause_models import ByShown
from hub.api.terms import IconText, Shown, Timestamp
from hub.core.automations.records import Mode
from hub.core.automations.runs import End

TriggerKind = Literal["property", "event", "presence", "time", "sun", "person"]


class LastRun(TypedDict):
    """The last time an automation was to run."""

    id: str
    at: Timestamp
    end: Annotated[End | None, Field(description="How it ended; null while it waits.")]


class FlawShown(TypedDict):
    """Why an automation does not run, or not all of it."""

    code: str
    path: Annotated[str, Field(description="Where in the automation; empty for all of it.")]
    detail: str
    remedy: str


class AutomationShown(TypedDict):
    """An automation: when any trigger fires and all conditions hold, the actions are done.

    `problem` with `is_enabled` says what of it cannot be done, the rest is; without it, why the hub
    has switched it off.
    """

    id: str
    name: str
    icon: IconText
    is_enabled: bool
    mode: Mode
    triggers: list[When]
    conditions: list[If]
    actions: list[Do]
    author: Annotated[str, Field(description="Id of who wrote it last; it may do what they may.")]
    next_at: Annotated[
        Timestamp | None, Field(description="When a time or the sun sets it off next.")
    ]
    last_run: LastRun | None
    problem: FlawShown | None


class AutomationList(TypedDict):
    """All automations, in the order in which they were made."""

    automations: list[AutomationShown]


class FiredShown(TypedDict):
    """What set a run off."""

    place: Annotated[int | None, Field(description="Of the trigger; null where a person did.")]
    type: TriggerKind
    device: str | None
    address: Annotated[str | None, Field(description="Of the property or event.")]
    value: Annotated[Shown, Field(description="That the property, or the presence, came to have.")]
    was: Annotated[Shown, Field(description="That it had before.")]
    arguments: Annotated[dict[str, Shown], Field(description="Of the event.")]
    person: Annotated[
        str | None,
        Field(description="Id of who told it to run; null for nobody, or not for the reader."),
    ]
    by: Annotated[ByShown | None, Field(description="Who told it to run, where somebody did.")]
    command: Annotated[str | None, Field(description="The command behind the change, if one is.")]
    automation: Annotated[str | None, Field(description="The automation behind it, if one is.")]


class SeenShown(TypedDict):
    """A condition, and what was seen."""

    path: Annotated[str, Field(description="Such as `0`, or `2.of.1` for one within another.")]
    holds: bool
    value: Annotated[Shown, Field(description="Null where it is not known.")]


class OrderShown(TypedDict):
    """What became of one command of an action."""

    device: str
    command: Annotated[str | None, Field(description="Null where none was sent.")]
    status: Annotated[str, Field(description="Of its receipt, or `refused`.")]
    reason: Annotated[str, Field(description="Of its receipt, or why it was refused.")]


class DoneShown(TypedDict):
    """An action, and what became of it."""

    place: int
    type: str
    at: Timestamp
    status: Literal["done", "waiting", "failed"]
    until: Annotated[Timestamp | None, Field(description="Of a wait.")]
    detail: str
    results: list[OrderShown]


class RunShown(TypedDict):
    """What an automation did one time, and why."""

    id: str
    automation: str
    at: Timestamp
    trigger: FiredShown
    conditions: list[SeenShown]
    actions: list[DoneShown]
    ended_at: Timestamp | None
    end: Annotated[End | None, Field(description="Null while it waits.")]
    detail: Annotated[str, Field(description="More about how it ended.")]
    late_s: Annotated[float, Field(description="How late it was carried out, seconds.")]
    ignored: Annotated[int, Field(description="Triggers that fired meanwhile and did nothing.")]


class UnknownShown(TypedDict):
    """Something that history does not tell, so the rehearsal did not know it."""

    path: Annotated[str, Field(description="Of the trigger or condition.")]
    code: Annotated[
        str, Field(description="`event`, `gap`, `coarse`, or why the history does not answer.")
    ]
    detail: str
    span_s: NotRequired[
        Annotated[
            float,
            Field(
                description="Of a gap how much is lacking, of `coarse` how far apart values are;"
                " seconds."
            ),
        ]
    ]


class Rehearsal(TypedDict):
    """What an automation would have done; the oldest run first, 200 at most."""

    runs: list[RunShown]
    more: bool
    problem: Annotated[
        FlawShown | None, Field(description="Why it would have been switched off at the end.")
    ]
    unknown: list[UnknownShown]


class RunList(TypedDict):
    """The last runs of an automation, the latest first."""

    runs: list[RunShown]
