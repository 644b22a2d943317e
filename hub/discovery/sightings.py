"""What the network tells about itself: adverts as last seen and the evidence of asking, bounded."""

from collections import Counter, OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

LIMIT: Final = 256
"""Most adverts kept; the one not heard for longest goes first."""

HOST_LIMIT: Final = 128
"""Most adverts kept that name one host, so that one noisy host leaves room for the others."""

NAMES_PER_S: Final = 100
"""Names taken in a second that the table does not hold; 40,000 rogue adverts arrive in 0.4 s."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One advert as last seen; a hint, never a reason to connect anywhere.

    Attributes:
        name: Instance name, without the service type.
        device_id: What the advert says it is: id of the device, or of the hub.
        host: First address that the advert names.
        interface: Interface of this machine whose network holds the host; None when none does.
        first_s, last_s: When it was first and last heard; the core's clock.
        txt: What it says further, by key.
        times: How often it was heard.
        said_goodbye: It took its leave; only a hint, anybody can say that for it.
        problem: What is wrong with the advert, in one sentence; empty when nothing is.
    """

    kind: Literal["device", "hub"]
    name: str
    device_id: str
    host: str
    port: int
    addresses: tuple[str, ...]
    interface: str | None
    first_s: float
    last_s: float
    txt: Mapping[str, str]
    times: int = 1
    said_goodbye: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    """What came of asking on one interface.

    Attributes:
        asked, answered: How often was asked, and how often an advert came from its network.
        asked_s, answered_s: When that was last; the core's clock.
        heard_itself_s: When the hub last heard its own advert come back, on any interface.
    """

    interface: str
    address: str
    asked: int = 0
    asked_s: float | None = None
    answered: int = 0
    answered_s: float | None = None
    heard_itself_s: float | None = None


class Gate:
    """Lets so many names a second pass and counts the others.

    Attributes:
        turned_away: Names that did not pass, since the start.
        is_overrun: Some did not pass since `settle` was last true.
    """

    def __init__(self, per_s: int = NAMES_PER_S) -> None:
        self._per_s = per_s
        self._left = float(per_s)
        self._at_s: float | None = None
        self.turned_away = 0
        self.is_overrun = False

    def passes(self, now_s: float) -> bool:
        """Say whether one more name may pass at `now_s`."""
        if self._at_s is not None:
            self._left = min(self._per_s, self._left + (now_s - self._at_s) * self._per_s)
        self._at_s = now_s
        if self._left < 1:
            self.turned_away += 1
            self.is_overrun = True
            return False
        self._left -= 1
        return True

    def settle(self, now_s: float) -> bool:
        """Return True once after an overrun, when a second went by in which nothing came."""
        if not self.is_overrun or self._at_s is None or now_s - self._at_s < 1:
            return False
        self.is_overrun = False
        return True


class Sightings:
    """The bounded table of adverts, by full service name."""

    def __init__(self, limit: int = LIMIT, host_limit: int = HOST_LIMIT) -> None:
        self._limit, self._host_limit = limit, host_limit
        self._rows: OrderedDict[str, Sighting] = OrderedDict()
        self._by_host: Counter[str] = Counter()

    def __contains__(self, name: str) -> bool:
        return name in self._rows

    def take(self, name: str, sighting: Sighting) -> Sighting:
        """Keep `sighting` under the full name `name` and return it as kept.

        What is kept of an earlier one of that name: when it was first heard, and how often.
        """
        before = self._drop(name)
        if before is not None:
            sighting = replace(sighting, first_s=before.first_s, times=before.times + 1)
        if self._by_host[sighting.host] >= self._host_limit:
            self._drop(next(n for n, row in self._rows.items() if row.host == sighting.host))
        if len(self._rows) >= self._limit:
            self._drop(next(iter(self._rows)))
        self._rows[name] = sighting
        self._by_host[sighting.host] += 1
        return sighting

    def hear(self, name: str, now_s: float) -> Sighting | None:
        """Note that a held advert was heard again unchanged, and return it."""
        row = self._rows.get(name)
        if row is None:
            return None
        row = replace(row, last_s=now_s, times=row.times + 1, said_goodbye=False)
        self._rows[name] = row
        self._rows.move_to_end(name)
        return row

    def take_leave(self, name: str) -> None:
        """Note that an advert took its leave."""
        row = self._rows.get(name)
        if row is not None:
            self._rows[name] = replace(row, said_goodbye=True)

    def all(self) -> list[Sighting]:
        """Return the adverts, last heard first."""
        return sorted(self._rows.values(), key=lambda row: -row.last_s)

    def _drop(self, name: str) -> Sighting | None:
        row = self._rows.pop(name, None)
        if row is not None:
            self._by_host[row.host] -= 1
            if not self._by_host[row.host]:
                del self._by_host[row.host]
        return row


class Evidence:
    """All that asking and listening has shown, every part of it bounded."""

    def __init__(self) -> None:
        self.sightings = Sightings()
        self.gate = Gate()
        self._probes: dict[str, Probe] = {}

    def probes(self) -> list[Probe]:
        """Return what came of asking, by interface."""
        return list(self._probes.values())

    def ask(self, places: Mapping[str, str], now_s: float) -> None:
        """Note a question on the interfaces `places`, address by name; others are forgotten."""
        kept = {name: self._probes.get(name, Probe(name, place)) for name, place in places.items()}
        self._probes = {
            name: replace(probe, asked=probe.asked + 1, asked_s=now_s)
            for name, probe in kept.items()
        }

    def hear_itself(self, now_s: float) -> None:
        """Note that the hub's own advert came back."""
        self._probes = {
            name: replace(probe, heard_itself_s=now_s) for name, probe in self._probes.items()
        }

    def hear_again(self, name: str, now_s: float) -> bool:
        """Note an advert that is held already; False when it is not held."""
        row = self.sightings.hear(name, now_s)
        if row is not None:
            self._answer(row.interface, now_s)
        return row is not None

    def take(self, name: str, sighting: Sighting) -> None:
        """Keep an advert that is new or has changed."""
        self.sightings.take(name, sighting)
        self._answer(sighting.interface, sighting.last_s)

    def _answer(self, interface: str | None, now_s: float) -> None:
        probe = self._probes.get(interface or "")
        if probe is not None:
            self._probes[probe.interface] = replace(
                probe, answered=probe.answered + 1, answered_s=now_s
            )
