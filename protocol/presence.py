"""Presence: whether a device can be reached, by the union of evidence, as a table."""

from enum import StrEnum
from typing import Final


class Presence(StrEnum):
    """Whether a device can be reached and commanded; see SPEC.md, Presence."""

    INTERVIEWING = "interviewing"
    ONLINE = "online"
    ASLEEP = "asleep"
    UNREACHABLE = "unreachable"
    UNSTABLE = "unstable"
    QUARANTINED = "quarantined"
    RETIRED = "retired"


class Evidence(StrEnum):
    """What the hub has seen or missed."""

    JOINED = "joined"
    ANNOUNCED_KNOWN = "announced_known"
    """Announced with a product spec that the hub holds."""
    ANNOUNCED_UNKNOWN = "announced_unknown"
    SPEC_ACCEPTED = "spec_accepted"
    TRAFFIC = "traffic"
    """Any valid message of the current epoch and connection."""
    FELL_ASLEEP = "fell_asleep"
    WILL = "will"
    SHUTDOWN = "shutdown"
    SILENT = "silent"
    """Nothing for longer than the device may be quiet, and no answer to a probe."""
    LINK_LOST = "link_lost"
    """The hub has no broker: it cannot know."""
    FLAPPING = "flapping"
    CALM = "calm"
    """No flap for the hold-back time, and the device is there."""
    OVERSLEPT = "overslept"
    """A sleeper that has missed two wakes."""
    CHILD_LOST = "child_lost"
    """The gateway cannot reach the child."""
    GATEWAY_LOST = "gateway_lost"
    """The gateway of the child is not there, for whatever reason."""
    REMOVED = "removed"
    """The child was unpaired at its gateway."""
    BROKE_RULES = "broke_rules"
    RELEASED = "released"
    UNJOINED = "unjoined"


_GONE: Final = {
    Evidence.WILL: Presence.UNREACHABLE,
    Evidence.SHUTDOWN: Presence.UNREACHABLE,
    Evidence.SILENT: Presence.UNREACHABLE,
    Evidence.LINK_LOST: Presence.UNREACHABLE,
    Evidence.OVERSLEPT: Presence.UNREACHABLE,
    Evidence.CHILD_LOST: Presence.UNREACHABLE,
    Evidence.GATEWAY_LOST: Presence.UNREACHABLE,
}
_JUDGED: Final = {
    Evidence.BROKE_RULES: Presence.QUARANTINED,
    Evidence.REMOVED: Presence.RETIRED,
    Evidence.UNJOINED: Presence.RETIRED,
}
_ANNOUNCED: Final = {
    Evidence.ANNOUNCED_KNOWN: Presence.ONLINE,
    Evidence.ANNOUNCED_UNKNOWN: Presence.INTERVIEWING,
}
_FLAPS: Final = {Evidence.FLAPPING: Presence.UNSTABLE}

TABLE: Final[dict[Presence, dict[Evidence, Presence]]] = {
    Presence.INTERVIEWING: {
        **_ANNOUNCED,
        **_GONE,
        **_FLAPS,
        **_JUDGED,
        Evidence.SPEC_ACCEPTED: Presence.ONLINE,
        Evidence.FELL_ASLEEP: Presence.ASLEEP,
    },
    Presence.ONLINE: {
        **_ANNOUNCED,
        **_GONE,
        **_FLAPS,
        **_JUDGED,
        Evidence.FELL_ASLEEP: Presence.ASLEEP,
    },
    Presence.ASLEEP: {
        **_ANNOUNCED,
        **_JUDGED,
        Evidence.TRAFFIC: Presence.ONLINE,
        Evidence.SHUTDOWN: Presence.UNREACHABLE,
        Evidence.SILENT: Presence.UNREACHABLE,
        Evidence.OVERSLEPT: Presence.UNREACHABLE,
        Evidence.CHILD_LOST: Presence.UNREACHABLE,
        Evidence.GATEWAY_LOST: Presence.UNREACHABLE,
    },
    Presence.UNREACHABLE: {
        **_ANNOUNCED,
        **_FLAPS,
        **_JUDGED,
        Evidence.TRAFFIC: Presence.ONLINE,
        Evidence.SPEC_ACCEPTED: Presence.ONLINE,
        Evidence.FELL_ASLEEP: Presence.ASLEEP,
    },
    Presence.UNSTABLE: {
        **_JUDGED,
        Evidence.CALM: Presence.ONLINE,
        Evidence.SILENT: Presence.UNREACHABLE,
        Evidence.LINK_LOST: Presence.UNREACHABLE,
        Evidence.GATEWAY_LOST: Presence.UNREACHABLE,
    },
    Presence.QUARANTINED: {
        Evidence.RELEASED: Presence.UNREACHABLE,
        Evidence.UNJOINED: Presence.RETIRED,
    },
    Presence.RETIRED: {Evidence.JOINED: Presence.INTERVIEWING},
}
"""Presence before, evidence, presence after; evidence that is not here changes nothing."""


def judge(presence: Presence, evidence: Evidence) -> Presence:
    """Return the presence after `evidence`."""
    return TABLE[presence].get(evidence, presence)
