"""What the API gives out of devices that are judged: broken rules, traffic, evidence, notices."""

from typing import Annotated, Literal, NotRequired

from pydantic import Field
from typing_extensions import TypedDict

from hub.api.terms import Document, LeafText, RuleId, Timestamp
from hub.certificates.standing import Status as CertificateStatus
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


class FieldViolation(TypedDict):
    """A rule that a device broke in a home, without what tells of the people there."""

    rule: RuleId
    leaf: LeafText | None
    path: str
    count: int
    first_at: Timestamp
    last_at: Timestamp
    text: str
    fix: str
    sample: Annotated[str | None, Field(description="Null where it could be private.")]
    detail: Annotated[str | None, Field(description="Null where it could be private.")]


class FieldReport(TypedDict):
    """What a device broke, for its maker: no name, id or serial number."""

    format: Literal[1]
    vendor: str
    product: str
    hardware: str
    firmware: str
    protocol: str
    spec_sha256: str | None
    certificate: Annotated[str | None, Field(description="Id of the certificate: its SHA-256.")]
    certificate_status: CertificateStatus
    messages: Annotated[int, Field(description="Taken in since the hub started.")]
    made_at: Timestamp
    violations: list[FieldViolation]


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


class CertificateState(TypedDict):
    """How a device stands by the certificates that the hub has."""

    status: CertificateStatus
    why: Annotated[str, Field(description="One sentence, for people.")]
    level: Annotated[int | None, Field(description="1 Connects, 2 Dependable, 3 Hardened.")]
    firmware_certified: str | None
    firmware_running: Annotated[str, Field(description="Empty before its first announce.")]
    hardware_certified: str | None
    hardware_running: Annotated[str, Field(description="Empty before its first announce.")]
    not_after: Annotated[str | None, Field(description="Last day on which it counts (UTC).")]
    certificate: Annotated[str | None, Field(description="Id of the certificate: its SHA-256.")]


class CertificateShown(TypedDict):
    """A certificate in the hub's folder."""

    id: str
    file: str
    vendor: str
    product: str
    hardware: str
    firmware: str
    spec_sha256: Annotated[str, Field(description="Of the product spec that was tried.")]
    level: int
    issued: str
    not_after: str
    status: Annotated[CertificateStatus, Field(description="Today, whatever device runs.")]
    why: str


class UnusedFile(TypedDict):
    """A certificate, key or registry that cannot be used, why, and what mends it."""

    file: str
    why: str
    remedy: str


class RegistryShown(TypedDict):
    """The registry, as it was read last."""

    name: str
    date: Annotated[str, Field(description="Of its last change (UTC).")]
    lines: int


class CertificateList(TypedDict):
    """What the hub knows of certificates, and what it asks of newcomers."""

    policy: Literal["open", "certified"]
    level: int
    folder: str
    certificates: list[CertificateShown]
    registry: RegistryShown | None
    unused: list[UnusedFile]


class NoticeShown(TypedDict):
    """Something that people are told of even if they do not look just then."""

    id: int
    at: Timestamp
    kind: NoticeKind
    device: Annotated[str | None, Field(description="Null for what an automation has to say.")]
    automation: Annotated[str | None, Field(description="Id of the automation that says it.")]
    name: Annotated[
        str | None,
        Field(description="What the device or automation was called then; null if not known."),
    ]
    text: str
    event: Annotated[str | None, Field(description="Address of the event, of an alarm.")]
    address: Annotated[
        str | None, Field(description="Address of the property, of what has run down.")
    ]
    is_read: Annotated[bool, Field(description="By you.")]
    code: NotRequired[
        Annotated[str, Field(description="Why the hub has switched the automation off.")]
    ]


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
