"""What the API gives out of devices that are judged: broken rules, traffic, evidence, notices."""

from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict

from hub.api.terms import Document, LeafText, RuleId, Timestamp
from hub.core.records import NoticeKind
from hub.core.trace import Fate


class BrokenRule(TypedDict):
    """A rule that a device broke, where, how often, and how to mend it."""

    rule: RuleId
    leaf: LeafText | None
    path: str
    sample: str
    detail: str
    text: str
    fix: str
    count: int
    first_at: Timestamp
    last_at: Timestamp


class BrokenRules(TypedDict):
    """The rules a device broke, the latest first."""

    violations: list[BrokenRule]


class Traffic(TypedDict):
    """How a device's messages have come in since the hub started."""

    heard_at: Timestamp | None
    messages: int
    missed: int
    throttled: Annotated[
        int, Field(description="Messages dropped unread: far above the declared rate.")
    ]
    deaf_until: Annotated[
        Timestamp | None, Field(description="Until then it is not read at all, after a flood.")
    ]


class RefusedMessage(TypedDict):
    """The beginning of a message that broke a rule, without what may be a secret."""

    at: Timestamp
    leaf: LeafText
    rule: RuleId
    path: str
    size: int
    text: str


class QuarantineState(TypedDict):
    """Why a device is in quarantine, with evidence; another firmware than this releases it."""

    reason: Literal["broke_rules", "flooded"]
    since: Timestamp
    firmware: str
    broken: list[BrokenRule]
    refused: Annotated[list[RefusedMessage], Field(description="The last of them, oldest first.")]


class NoticeShown(TypedDict):
    """Something that people are told of even if they do not look just then."""

    id: int
    at: Timestamp
    kind: NoticeKind
    device: str
    text: str
    event: Annotated[str | None, Field(description="Address of the event, of an alarm.")]
    is_read: bool


class NoticeList(TypedDict):
    """What is in the inbox, the latest first."""

    notifications: list[NoticeShown]


class TracedMessage(TypedDict):
    """One message to or from a device, and what became of it."""

    at: Timestamp
    direction: Literal["up", "down"]
    leaf: LeafText
    size: Annotated[int, Field(description="Bytes; how many messages, of throttled ones.")]
    fate: Fate
    rule: Annotated[str | None, Field(description="The rule that it broke.")]
    payload: Annotated[
        Document | None, Field(description="What was said, secrets hidden; null if unreadable.")
    ]
    text: Annotated[str, Field(description="The beginning of what cannot be read.")]


class TraceList(TypedDict):
    """The last messages of a device, oldest first."""

    messages: list[TracedMessage]
