"""How mDNS stands: when to ask, what hinders, what mends it, and what the owner should know."""

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from hub.discovery.interfaces import Interface
from hub.discovery.sightings import Probe, Sighting
from hub.ports import describe
from hub.sayings import Saying, say

PORT: Final = 5353

ASK_AFTER_S: Final = (0.0, 1.0, 3.0, 10.0, 60.0, 600.0)
"""Seconds between questions while nothing changes (RFC 6762, 5.2); the last one goes on."""

ECHO_WITHIN_S: Final = 10.0
"""By then the hub has heard its own advert come back, or multicast does not pass."""


@dataclass(frozen=True, slots=True)
class DiscoveryState:
    """Whether mDNS works, what hinders it, and what mends that."""

    status: Literal["off", "starting", "ready", "degraded"]
    said: Saying | None = None

    @property
    def detail(self) -> str:
        """How it is, or what hinders it; empty while there is nothing to say."""
        return self.said.detail if self.said else ""

    @property
    def remedy(self) -> str:
        """What mends what hinders it."""
        return self.said.remedy if self.said else ""

    @property
    def is_ok(self) -> bool:
        """Whether nothing hinders it; that nobody wants it is fine, too."""
        return self.status != "degraded"


class Schedule:
    """When to ask while nothing changes: often at first, then seldom."""

    def __init__(self, now_s: float) -> None:
        self._next_s, self._asked = now_s + ASK_AFTER_S[0], 0

    def is_due(self, now_s: float) -> bool:
        """Say whether to ask at `now_s`; a True counts as asked."""
        if now_s < self._next_s:
            return False
        self._asked = min(self._asked + 1, len(ASK_AFTER_S) - 1)
        self._next_s = now_s + ASK_AFTER_S[self._asked]
        return True


def standing(
    places: Sequence[Interface], probes: Sequence[Probe], told_for_s: float | None
) -> DiscoveryState:
    """Return how it stands on open interfaces.

    Args:
        places: The interfaces in use.
        probes: What came of asking on them.
        told_for_s: Since when the hub advertises itself; None while it does not.
    """
    where = ", ".join(f"{place.name} ({place.address})" for place in places)
    is_heard = any(probe.heard_itself_s is not None for probe in probes)
    if told_for_s is None or is_heard or told_for_s < ECHO_WITHIN_S:
        return DiscoveryState("ready", say("mdns-on", where=where))
    return DiscoveryState("degraded", say("mdns-unheard", where=where))


def hindrance(error: Exception) -> DiscoveryState:
    """Return how it stands when mDNS could not be opened; reads /proc for who has the port."""
    if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
        return DiscoveryState("degraded", say("mdns-port-taken", holder=describe(PORT, "udp")))
    why = str(error) or type(error).__name__
    return DiscoveryState("degraded", say("mdns-unusable", why=why))


def notice(other: Sighting, own_id: str | None) -> str:
    """Return what the owner should know of another hub on the network."""
    where = f"{other.host}:{other.port}"
    if other.device_id == own_id:
        return (
            f"a hub at {where} says that it is this one ({own_id}); if its data folder is a copy "
            "of this hub's, remove one of the two"
        )
    return (
        f"another hub, {other.device_id or other.name}, is on this network at {where}; "
        "a device belongs to the one it has joined"
    )
