"""The receipt of a command: how far it has come, as a table one can read."""

from enum import StrEnum
from typing import Final

from protocol.errors import TransitionError


class Status(StrEnum):
    """How far a command has come; see SPEC.md, Receipts."""

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    APPLIED = "applied"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"
    FAILED = "failed"


class Step(StrEnum):
    """What can happen to a command."""

    RECEIVED = "received"
    """The device says that it has the command."""
    DONE = "done"
    """The device says that it has carried the command out."""
    FINISHED = "finished"
    """As `done`, for a command that no state can confirm (an action, a write-only property)."""
    SHOWN = "shown"
    """A state whose cause is this command shows the value."""
    REFUSED = "refused"
    """The device, or the hub's check, says no; nothing was changed."""
    REPLACED = "replaced"
    """A newer command sets all that this one would have set."""
    OVERDUE = "overdue"
    """The deadline has passed and the device never said it had the command."""
    TOO_LATE = "too_late"
    """The device says that the command's ttl had passed when it could have begun."""
    LOST_SIGHT = "lost_sight"
    """The device had the command, and what came of it cannot be known any more."""
    WITHDRAWN = "withdrawn"
    """The device was unjoined or put into quarantine."""


TABLE: Final[dict[Status, dict[Step, Status]]] = {
    Status.ACCEPTED: {
        Step.RECEIVED: Status.DELIVERED,
        Step.DONE: Status.APPLIED,
        Step.FINISHED: Status.APPLIED,
        Step.SHOWN: Status.CONFIRMED,
        Step.REFUSED: Status.REJECTED,
        Step.REPLACED: Status.SUPERSEDED,
        Step.OVERDUE: Status.EXPIRED,
        Step.TOO_LATE: Status.EXPIRED,
        Step.LOST_SIGHT: Status.FAILED,
        Step.WITHDRAWN: Status.FAILED,
    },
    Status.DELIVERED: {
        Step.RECEIVED: Status.DELIVERED,
        Step.DONE: Status.APPLIED,
        Step.FINISHED: Status.APPLIED,
        Step.SHOWN: Status.CONFIRMED,
        Step.REFUSED: Status.REJECTED,
        Step.TOO_LATE: Status.EXPIRED,
        Step.LOST_SIGHT: Status.FAILED,
        Step.WITHDRAWN: Status.FAILED,
    },
    Status.APPLIED: {
        Step.SHOWN: Status.CONFIRMED,
        Step.LOST_SIGHT: Status.FAILED,
        Step.WITHDRAWN: Status.FAILED,
    },
    Status.CONFIRMED: {},
    Status.REJECTED: {},
    Status.EXPIRED: {},
    Status.SUPERSEDED: {},
    Status.FAILED: {},
}
"""Status before, what happens, status after; a pair that is not here does not happen.

`applied` is an end for a command that ended by `finished`; a `set` that no state confirms before
its deadline loses sight and ends `failed`.
"""


def advance(status: Status, step: Step) -> Status:
    """Return the status after `step`.

    Raises:
        TransitionError: The table has no such step.
    """
    after = TABLE[status].get(step)
    if after is None:
        raise TransitionError("receipt", status, step)
    return after
