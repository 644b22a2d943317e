"""What a signal is made of, and what stays of it when it is gathered."""

import math
from bisect import bisect_right

from hypothesis import given
from hypothesis import strategies as st

from hub.history.bodies import (
    Batch,
    pack_batch,
    pack_points,
    pack_slots,
    unpack_batch,
    unpack_points,
    unpack_slots,
)
from hub.history.segments import (
    Points,
    Segment,
    clipped,
    gathered,
    of_points,
    of_slots,
    slots_of_numbers,
    unknown,
    worth_keeping,
)
from protocol.messages import Scalar

START_MS = 1_780_000_000_000
UNTIL_MS = START_MS + 7_200_000

numbers = st.one_of(st.integers(-1000, 1000), st.floats(-1e6, 1e6, allow_nan=False), st.none())
scalars = st.one_of(numbers, st.booleans(), st.text(max_size=5))


def points_of(values: st.SearchStrategy[Scalar], least: int = 0) -> st.SearchStrategy[Points]:
    pair = st.tuples(st.integers(START_MS, UNTIL_MS - 1), values)
    pairs = st.lists(pair, min_size=least, max_size=40)
    return pairs.map(lambda found: _points(sorted(found, key=lambda pair: pair[0])))


def _points(pairs: list[tuple[int, Scalar]]) -> Points:
    return Points([time for time, _ in pairs], [value for _, value in pairs])


stops = st.lists(st.integers(START_MS, UNTIL_MS), max_size=4).map(sorted)
sizes = st.sampled_from([60_000, 300_000, 3_600_000, 77_777])


@given(points_of(numbers), stops, sizes)
def test_gathering_keeps_number_least_greatest_and_mean(
    points: Points, stops: list[int], size_ms: int
) -> None:
    fine = list(of_points(points, stops, UNTIL_MS))
    coarse = gathered(fine, size_ms)
    told = [segment for segment in fine if segment.low is not None]
    assert sum(one.told for one in coarse) == sum(1 for v in points.values if v is not None)
    assert sum(one.known_ms for one in coarse) == sum(one.known_ms for one in fine)
    if not told:
        assert coarse == []
        return
    assert min(one.low for one in coarse if one.low is not None) == min(v.low for v in told)  # type: ignore[type-var]
    assert max(one.high for one in coarse if one.high is not None) == max(v.high for v in told)  # type: ignore[type-var]
    scale = max(abs(float(v.high or 0)) + abs(float(v.low or 0)) for v in told) + 1
    assert math.isclose(_area(coarse), _area(fine), rel_tol=1e-6, abs_tol=1e-3 * scale)


def _area(segments: list[Segment]) -> float:
    return sum((one.mean or 0.0) * one.known_ms for one in segments)


@given(points_of(numbers), stops)
def test_gathering_twice_is_gathering_once(points: Points, stops: list[int]) -> None:
    fine = list(of_points(points, stops, UNTIL_MS))
    once = gathered(fine, 3_600_000)
    twice = gathered(gathered(fine, 300_000), 3_600_000)
    assert [(s.start_ms, s.low, s.high, s.told, s.known_ms, s.last) for s in once] == [
        (s.start_ms, s.low, s.high, s.told, s.known_ms, s.last) for s in twice
    ]
    for one, other in zip(once, twice, strict=True):
        assert math.isclose(one.mean or 0, other.mean or 0, rel_tol=1e-6, abs_tol=1e-3)


known = st.one_of(st.integers(-1000, 1000), st.floats(-1e6, 1e6, allow_nan=False), st.booleans())


@given(points_of(known, least=1), st.none() | known, sizes)
def test_the_fast_way_to_slots_leads_to_the_same_ones(
    points: Points, value: Scalar, size_ms: int
) -> None:
    held = None if value is None else (START_MS, value)
    slow = gathered(of_points(points, [], UNTIL_MS, held), size_ms)
    fast = slots_of_numbers(points, UNTIL_MS, held, size_ms)
    assert [one._replace(mean=0) for one in slow] == [one._replace(mean=0) for one in fast]
    for one, other in zip(slow, fast, strict=True):
        if one.known_ms:
            assert math.isclose(one.mean or 0, other.mean or 0, rel_tol=1e-6, abs_tol=1e-2)


@given(points_of(scalars), stops, st.integers(START_MS, UNTIL_MS - 1))
def test_a_moment_is_known_when_a_value_holds_that_no_stop_has_ended(
    points: Points, stops: list[int], moment: int
) -> None:
    place = bisect_right(points.times, moment) - 1
    ended = [stop for stop in stops if place >= 0 and points.times[place] <= stop <= moment]
    is_known = place >= 0 and points.values[place] is not None and not ended
    segments = list(of_points(points, stops, UNTIL_MS))
    gaps = unknown(segments, START_MS, UNTIL_MS)
    assert is_known != any(start <= moment < end for start, end in gaps)


@given(points_of(numbers), stops)
def test_slots_that_only_go_on_need_not_be_kept(points: Points, stops: list[int]) -> None:
    slots = gathered(of_points(points, stops, UNTIL_MS), 300_000)
    whole = list(of_slots(worth_keeping(slots), stops, UNTIL_MS))
    assert sum(one.known_ms for one in whole) == sum(one.known_ms for one in slots)
    assert math.isclose(_area(whole), _area(slots), rel_tol=1e-6, abs_tol=1.0)


@given(points_of(numbers), stops, st.integers(0, 7_200_000), st.integers(0, 7_200_000))
def test_what_is_clipped_lies_within(points: Points, stops: list[int], one: int, two: int) -> None:
    begin, end = START_MS + min(one, two), START_MS + max(one, two)
    found = list(clipped(of_points(points, stops, UNTIL_MS), begin, end))
    assert all(begin <= one.start_ms <= one.end_ms <= end for one in found)
    whole = of_points(points, stops, UNTIL_MS)
    inside = [max(0, min(s.end_ms, end) - max(s.start_ms, begin)) for s in whole]
    assert sum(s.known_ms for s in found) == sum(inside)


@given(points_of(scalars))
def test_points_come_back_from_their_bytes(points: Points) -> None:
    packed = pack_points(points, START_MS)
    assert _same(unpack_points(packed, START_MS), points)


def _same(found: Points, wanted: Points) -> bool:
    is_same = [type(a) is type(b) and a == b for a, b in zip(*_values(found, wanted), strict=True)]
    return list(found.times) == list(wanted.times) and all(is_same)


def _values(found: Points, wanted: Points) -> tuple[list[Scalar], list[Scalar]]:
    return list(found.values), list(wanted.values)


@given(points_of(scalars))
def test_slots_come_back_from_their_bytes(points: Points) -> None:
    slots = gathered(of_points(points, [], UNTIL_MS), 300_000)
    back = unpack_slots(pack_slots(slots, START_MS), START_MS)
    assert [slot._replace(mean=None) for slot in back] == [s._replace(mean=None) for s in slots]
    for one, other in zip(back, slots, strict=True):
        assert math.isclose(one.mean or 0, other.mean or 0, rel_tol=1e-5, abs_tol=1e-9)


@given(st.dictionaries(st.integers(1, 9), points_of(scalars)))
def test_a_batch_comes_back_from_its_bytes(content: dict[int, Points]) -> None:
    back = unpack_batch(pack_batch(Batch(UNTIL_MS, content)))
    assert back.until_ms == UNTIL_MS
    assert all(_same(back.points[series], points) for series, points in content.items())
