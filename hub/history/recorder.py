"""Decides which of the values that devices tell are recorded, and holds those not yet sealed.

Works in the history's thread; does no I/O.
"""

import math
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Final

from hub.core.events import DeviceAdded, DeviceRemoved, Event, PresenceChanged, ValuesReported
from hub.history.bodies import Batch
from hub.history.catalogue import HUB, STOPS, Catalogue
from hub.history.policy import EXACT, Grain, Policy, grain
from hub.history.segments import Points
from protocol.ids import Address, DeviceId
from protocol.messages import Scalar
from protocol.presence import Presence
from protocol.validator import CompiledProduct

BLOCK_S: Final = 3_600.0
"""Of every property that is told, one value an hour is recorded even when it does not change."""

OPEN_LIMIT: Final = 400_000
"""Points held in memory at most, some 16 MB; when they cannot be written, no more are taken."""

_STOPPING: Final = {Presence.UNREACHABLE, Presence.QUARANTINED, Presence.RETIRED}

ProductOf = Callable[[DeviceId], CompiledProduct | None]
"""Returns the product of a device, if it is known; called in the history's thread."""


class _Track:
    """One property of one device, and between which values it says nothing new until when."""

    __slots__ = ("due_s", "grain", "high", "low", "number")

    def __init__(self, number: int, grain_: Grain | None) -> None:
        self.number, self.grain = number, grain_
        self.due_s = -math.inf
        self.low: Scalar = None
        self.high: Scalar = None


class Recorder:
    """Takes the home's events and keeps the points that they make.

    Args:
        product_of: Tells what a device declares.
        policy: What the owner has decided.
        catalogue: Numbers the series.

    Attributes:
        missed: Points that found no room since the last time there was some.
        forgotten: Series of devices that have left since somebody looked.
    """

    def __init__(self, product_of: ProductOf, policy: Policy, catalogue: Catalogue) -> None:
        self._product_of, self._policy, self._catalogue = product_of, policy, catalogue
        self._tracks: dict[DeviceId, dict[Address, _Track]] = {}
        self._numbers = array("l")
        self._times = array("q")
        self._values: list[Scalar] = []
        self._journaled = 0
        self._offset_s = 0.0
        self._turn_s = -math.inf
        self._floor_ms = 0
        self.missed = 0
        self.forgotten: list[int] = []

    def take(self, events: Iterable[Event], offset_s: float) -> None:
        """Take in events.

        Args:
            events: In the order in which they happened.
            offset_s: Seconds from the core's clock to Unix time.
        """
        self._offset_s = offset_s
        for event in events:
            kind = type(event)
            if kind is ValuesReported:
                self._report(event)  # type: ignore[arg-type]  # `is` tells mypy nothing
            elif isinstance(event, PresenceChanged):
                self._presence(event)
            elif isinstance(event, DeviceAdded):
                self._tracks.pop(event.device, None)
            elif isinstance(event, DeviceRemoved):
                self.leave(event.device)

    def leave(self, device: DeviceId) -> None:
        """Take in that a device has left the home: nothing of it is kept."""
        self._tracks.pop(device, None)
        numbers = self._catalogue.forget(device)
        gone = set(numbers)
        places = [place for place, one in enumerate(self._numbers) if one not in gone]
        self._journaled = sum(place < self._journaled for place in places)
        self._numbers = array("l", (self._numbers[place] for place in places))
        self._times = array("q", (self._times[place] for place in places))
        self._values = [self._values[place] for place in places]
        self.forgotten += numbers

    def stop(self, reason: str, at_ms: int) -> None:
        """Take in that from `at_ms` on nothing is known of any device."""
        self._floor_ms = max(self._floor_ms, at_ms)
        self._add(self._catalogue.number(HUB, STOPS, "none", at_ms), self._floor_ms, reason)
        for tracks in self._tracks.values():
            _reset(tracks)

    def restore(self, batch: Batch) -> None:
        """Take up points of an earlier run that are in the journal; older ones come first."""
        rows = [
            (time, number, value)
            for number, points in batch.points.items()
            for time, value in zip(points.times, points.values, strict=True)
        ]
        for time, number, value in sorted(rows, key=lambda row: row[0]):
            self._add(number, time, value)
        self._journaled = len(self._times)
        self._floor_ms = max(self._floor_ms, batch.until_ms)

    @property
    def count(self) -> int:
        """Points held."""
        return len(self._times)

    def fresh(self, until_ms: int) -> Batch:
        """Return the points that are not in the journal yet."""
        points = self._gathered(self._journaled, len(self._times))
        return Batch(max(until_ms, self._floor_ms), points)

    def journaled(self) -> None:
        """Take in that what `fresh` returned is in the journal."""
        self._journaled = len(self._times)

    def unjournaled(self) -> None:
        """Take in that nothing of what is held is in the journal."""
        self._journaled = 0

    def points(self, number: int) -> Points:
        """Return the points that are held of a series."""
        places = list(_places(self._numbers, number))
        return Points([self._times[p] for p in places], [self._values[p] for p in places])

    def before(self, until_ms: int) -> Mapping[int, Points]:
        """Return all held points that are older than `until_ms`; they stay."""
        return self._gathered(0, bisect_left(self._times, until_ms))

    def forget(self, until_ms: int) -> None:
        """Let go of all held points that are older than `until_ms`."""
        size = bisect_left(self._times, until_ms)
        del self._numbers[:size], self._times[:size], self._values[:size]
        self._journaled = max(0, self._journaled - size)
        self.missed = 0
        self._floor_ms = max(self._floor_ms, until_ms)

    @property
    def oldest_ms(self) -> int | None:
        """Time of the oldest held point."""
        return self._times[0] if self._times else None

    def _gathered(self, begin: int, end: int) -> dict[int, Points]:
        part = slice(begin, end)
        times: dict[int, list[int]] = {}
        values: dict[int, list[Scalar]] = {}
        rows = zip(self._numbers[part], self._times[part], self._values[part], strict=True)
        for number, time, value in rows:
            if number not in times:
                times[number], values[number] = [], []
            times[number].append(time)
            values[number].append(value)
        return {number: Points(mine, values[number]) for number, mine in times.items()}

    def _report(self, event: ValuesReported) -> None:
        device, values, at_s, *_ = event
        tracks = self._tracks.get(device)
        if tracks is None:
            tracks = self._plan(event)
        time_ms = 0
        for address, value in values.items():
            track = tracks.get(address)
            if track is None:
                continue
            if at_s < track.due_s and value is not None and track.low <= value <= track.high:  # type: ignore[operator]  # of one type: the spec says so
                continue
            if not time_ms:
                time_ms = self._moment(at_s)
            self._keep(track, value, time_ms)

    def _moment(self, at_s: float) -> int:
        """Return a time of the core's clock in Unix milliseconds that never go back."""
        wall_s = at_s + self._offset_s
        if at_s >= self._turn_s:
            self._turn_s = (wall_s // BLOCK_S + 1) * BLOCK_S - self._offset_s
        self._floor_ms = max(self._floor_ms, int(wall_s * 1000))
        return self._floor_ms

    def _keep(self, track: _Track, value: Scalar, time_ms: int) -> None:
        if len(self._times) >= OPEN_LIMIT:
            self._lose()
            return
        self._numbers.append(track.number)
        self._times.append(time_ms)
        self._values.append(value)
        if value is None:
            track.due_s = -math.inf
            return
        track.due_s = self._turn_s
        grain_ = track.grain
        if grain_ is None:
            track.low = track.high = value
        else:
            band = grain_.band if not grain_.part else grain_.band_at(value)  # type: ignore[arg-type]  # texts have no grain
            track.low, track.high = value - band, value + band  # type: ignore[operator]

    def _add(self, number: int, time_ms: int, value: Scalar) -> None:
        self._numbers.append(number)
        self._times.append(time_ms)
        self._values.append(value)

    def _lose(self) -> None:
        if not self.missed:
            self.stop("not_recorded", self._floor_ms)
        self.missed += 1

    def _presence(self, event: PresenceChanged) -> None:
        tracks = self._tracks.get(event.device)
        if event.presence not in _STOPPING or not tracks:
            return
        time_ms = self._moment(event.since_s)
        number = self._catalogue.number(event.device, STOPS, "none", time_ms)
        self._add(number, time_ms, f"{event.presence} {event.reason}".rstrip())
        _reset(tracks)

    def _plan(self, event: ValuesReported) -> dict[Address, _Track]:
        device = event.device
        product = self._product_of(device)
        now_ms = int((event.at_s + self._offset_s) * 1000)
        tracks: dict[Address, _Track] = {}
        if product is not None:
            for address, part in product.properties.items():
                if not self._policy.refusal(device, address, part):
                    number = self._catalogue.number(device, address, part.privacy, now_ms)
                    fine = grain(part)
                    tracks[address] = _Track(number, None if fine is EXACT else fine)
            self._tracks[device] = tracks
        return tracks


def _reset(tracks: Mapping[Address, _Track]) -> None:
    for track in tracks.values():
        track.due_s = -math.inf


def _places(numbers: "array[int]", number: int) -> Iterator[int]:
    place = -1
    with suppress(ValueError):
        while True:
            place = numbers.index(number, place + 1)
            yield place
