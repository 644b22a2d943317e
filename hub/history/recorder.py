"""Decides which of the values that devices tell are recorded, and holds those not yet sealed.

Works in the history's thread; does no I/O.
"""

import math
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from hub.core.events import DeviceAdded, DeviceRemoved, Event, PresenceChanged, ValuesReported
from hub.history.bodies import Batch
from hub.history.catalogue import HUB, STOPS, Catalogue
from hub.history.policy import Grain, Policy, grain
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

    __slots__ = ("due_s", "grain", "high", "low", "series")

    def __init__(self, series: int, grain_: Grain) -> None:
        self.series, self.grain = series, grain_
        self.due_s = -math.inf
        self.low: Scalar = None
        self.high: Scalar = None


class _Open:
    """Points of one series that are not sealed; the first `journaled` are in the journal."""

    __slots__ = ("journaled", "times", "values")

    def __init__(self) -> None:
        self.times = array("q")
        self.values: list[Scalar] = []
        self.journaled = 0


class Recorder:
    """Takes the home's events and keeps the points that they make.

    Args:
        product_of: Tells what a device declares.
        policy: What the owner has decided.
        catalogue: Numbers the series.

    Attributes:
        count: Points held.
        missed: Points that found no room since the last time there was some.
        forgotten: Series of devices that have left since somebody looked.
    """

    def __init__(self, product_of: ProductOf, policy: Policy, catalogue: Catalogue) -> None:
        self._product_of, self._policy, self._catalogue = product_of, policy, catalogue
        self._tracks: dict[DeviceId, dict[Address, _Track]] = {}
        self._open: dict[int, _Open] = {}
        self._fresh: dict[int, _Open] = {}
        self._offset_s = 0.0
        self._turn_s = -math.inf
        self._floor_ms = 0
        self.count = self.missed = 0
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
        for number in numbers:
            mine = self._open.pop(number, None)
            self._fresh.pop(number, None)
            self.count -= len(mine.times) if mine else 0
        self.forgotten += numbers

    def stop(self, reason: str, at_ms: int) -> None:
        """Take in that from `at_ms` on nothing is known of any device."""
        self._floor_ms = max(self._floor_ms, at_ms)
        self._add(self._catalogue.number(HUB, STOPS, "none", at_ms), self._floor_ms, reason)
        for tracks in self._tracks.values():
            _reset(tracks)

    def restore(self, batch: Batch) -> None:
        """Take up points of an earlier run that are in the journal."""
        for series, points in batch.points.items():
            mine = self._open.setdefault(series, _Open())
            mine.times.extend(points.times)
            mine.values += points.values
            mine.journaled = len(mine.times)
            self.count += len(points.times)
        self._floor_ms = max(self._floor_ms, batch.until_ms)

    def fresh(self, until_ms: int) -> Batch:
        """Return the points that are not in the journal yet."""
        return Batch(max(until_ms, self._floor_ms), {s: _rest(o) for s, o in self._fresh.items()})

    def unjournaled(self) -> None:
        """Take in that nothing of what is held is in the journal."""
        for series, mine in self._open.items():
            mine.journaled = 0
            self._fresh[series] = mine

    def journaled(self) -> None:
        """Take in that what `fresh` returned is in the journal."""
        for mine in self._fresh.values():
            mine.journaled = len(mine.times)
        self._fresh.clear()

    def points(self, series: int) -> Points:
        """Return a copy of the points that are held of a series."""
        mine = self._open.get(series)
        return Points(mine.times[:], mine.values[:]) if mine else Points((), ())

    def before(self, until_ms: int) -> Mapping[int, Points]:
        """Return all held points that are older than `until_ms`; they stay."""
        found = {}
        for series, mine in self._open.items():
            size = bisect_left(mine.times, until_ms)
            if size:
                found[series] = Points(mine.times[:size], mine.values[:size])
        return found

    def forget(self, until_ms: int) -> None:
        """Let go of all held points that are older than `until_ms`."""
        for series, mine in list(self._open.items()):
            size = bisect_left(mine.times, until_ms)
            del mine.times[:size], mine.values[:size]
            mine.journaled = max(0, mine.journaled - size)
            self.count -= size
            if not mine.times:
                del self._open[series]
                self._fresh.pop(series, None)
        self.missed = 0
        self._floor_ms = max(self._floor_ms, until_ms)

    @property
    def oldest_ms(self) -> int | None:
        """Time of the oldest held point."""
        return min((mine.times[0] for mine in self._open.values()), default=None)

    def _report(self, event: ValuesReported) -> None:
        device, values, _ = event
        tracks = self._tracks.get(device)
        if tracks is None:
            tracks = self._plan(event)
        for address, reported in values.items():
            track = tracks.get(address)
            if track is None:
                continue
            value, at_s, _ = reported
            if at_s < track.due_s and value is not None and track.low <= value <= track.high:  # type: ignore[operator]  # of one type: the spec says so
                continue
            self._keep(track, value, at_s)

    def _keep(self, track: _Track, value: Scalar, at_s: float) -> None:
        if at_s >= self._turn_s:
            wall_s = at_s + self._offset_s
            self._turn_s = (wall_s // BLOCK_S + 1) * BLOCK_S - self._offset_s
        if self.count >= OPEN_LIMIT:
            self._lose()
            return
        self._floor_ms = max(self._floor_ms, int((at_s + self._offset_s) * 1000))
        self._add(track.series, self._floor_ms, value)
        if value is None:
            track.due_s = -math.inf
            return
        track.due_s = self._turn_s
        is_measured = not isinstance(value, bool | str)
        band = track.grain.band_at(value) if is_measured else 0.0  # type: ignore[arg-type]  # as tested
        track.low, track.high = (value - band, value + band) if band else (value, value)  # type: ignore[operator]

    def _add(self, series: int, time_ms: int, value: Scalar) -> None:
        mine = self._open.get(series)
        if mine is None:
            mine = self._open[series] = _Open()
        self._fresh[series] = mine
        mine.times.append(time_ms)
        mine.values.append(value)
        self.count += 1

    def _lose(self) -> None:
        if not self.missed:
            self.stop("not_recorded", self._floor_ms)
        self.missed += 1

    def _presence(self, event: PresenceChanged) -> None:
        tracks = self._tracks.get(event.device)
        if event.presence not in _STOPPING or not tracks:
            return
        self._floor_ms = max(self._floor_ms, int((event.since_s + self._offset_s) * 1000))
        series = self._catalogue.number(event.device, STOPS, "none", self._floor_ms)
        self._add(series, self._floor_ms, f"{event.presence} {event.reason}".rstrip())
        _reset(tracks)

    def _plan(self, event: ValuesReported) -> dict[Address, _Track]:
        device = event.device
        product = self._product_of(device)
        first = next(iter(event.values.values()), None)
        now_ms = int((first.at_s + self._offset_s) * 1000) if first else self._floor_ms
        tracks: dict[Address, _Track] = {}
        if product is not None:
            for address, part in product.properties.items():
                if not self._policy.refusal(device, address, part):
                    series = self._catalogue.number(device, address, part.privacy, now_ms)
                    tracks[address] = _Track(series, grain(part))
            self._tracks[device] = tracks
        return tracks


def _reset(tracks: Mapping[Address, _Track]) -> None:
    for track in tracks.values():
        track.due_s = -math.inf


def _rest(mine: _Open) -> Points:
    return Points(mine.times[mine.journaled :], mine.values[mine.journaled :])
