"""What the clients of each session were told, so that they can go on from there."""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from hub.core.people.access import View
from protocol.ids import DeviceId

REMEMBERED: Final = 512
"""Sessions, each by each filter, of which is known what they were told; others hear all anew."""


@dataclass(slots=True)
class Told:
    """What the clients of one session know.

    Attributes:
        is_whole: Whether they were told all there is.
        since: From this change on they were told what follows.
        views: What they were told of each device; one that was told stays, so that they hear of
            its end.
        automations: Ids of those that they were told of, and with which change that ended.
    """

    is_whole: bool
    since: int
    views: dict[DeviceId, View] = field(default_factory=dict)
    automations: dict[str, int | None] = field(default_factory=dict)


class Memory:
    """What each session was told by each of its filters in this run of the hub, the latest ones."""

    def __init__(self, limit: int = REMEMBERED) -> None:
        self._told: OrderedDict[str, Told] = OrderedDict()
        self._limit = limit

    def of(self, reader: str) -> Told | None:
        """Return what a session was told."""
        return self._told.get(reader)

    def keep(self, reader: str, told: Told) -> None:
        """Take in that a session was told all that it may see and wants."""
        self._told[reader] = told
        self._told.move_to_end(reader)
        if len(self._told) > self._limit:
            self._told.popitem(last=False)
