"""The earphones: who wears them, what that costs, and how the case pays for it."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.ids import Address
from protocol.messages import Scalar
from simulators.earphones import (
    BUD_WH,
    CANCELLING,
    CASE_WH,
    EFFICIENCY,
    OFF,
    PAUSED,
    PLAYING,
    STOPPED,
    TRANSPARENT,
    Earphones,
)
from simulators.physics import DAY_S, Happening
from tests.simulators.choices import disturb
from tests.simulators.scenes import PRODUCTS

COMPILED = PRODUCTS["earphones"].compiled
NIGHT_S = 0.0
"""Nobody takes them out then."""


def value(phones: Earphones, address: str) -> Scalar:
    return phones.values()[Address(address)]


def in_case(seed: int = 1) -> Earphones:
    phones = Earphones(seed, day_s=NIGHT_S)
    phones.press("put_back")
    return phones


def energy_wh(phones: Earphones) -> float:
    """Return what case and buds hold, in what it cost the case."""
    buds = (phones.left.level + phones.right.level) / 100.0 * BUD_WH / EFFICIENCY
    return phones.case_level / 100.0 * CASE_WH + buds


def test_worn_earphones_play_and_run_down_and_in_the_case_they_fill() -> None:
    phones = in_case()
    phones.step(3 * 3_600.0)
    assert (phones.left.level, phones.right.level) == (100.0, 100.0)
    phones.press("take")
    assert value(phones, "left_bud.in_ear") is value(phones, "earphones.connected") is True
    assert value(phones, "playback.state") == PLAYING
    phones.step(30.0)
    assert phones.right.level < phones.left.level < 100.0
    phones.press("put_back")
    assert value(phones, "left_bud.charging") is True
    assert value(phones, "playback.state") == STOPPED


@settings(max_examples=30)
@given(st.integers(0, 999), st.floats(0.0, 100.0), st.floats(0.0, 100.0), st.floats(0.0, 100.0))
def test_what_the_buds_gain_the_case_loses(
    seed: int, left: float, right: float, case: float
) -> None:
    phones = in_case(seed)
    phones.left.level, phones.right.level, phones.case_level = left, right, case
    before = energy_wh(phones)
    for _ in range(20):
        phones.step(30.0)
        if value(phones, "case.charging"):
            return
        assert energy_wh(phones) == pytest.approx(before)
        assert 0.0 <= phones.case_level <= 100.0


def test_empty_case_fills_nothing_and_a_cable_helps() -> None:
    phones = in_case()
    phones.left.level = phones.right.level = 50.0
    phones.case_level = 0.0
    assert value(phones, "left_bud.charging") is False
    phones.press("cable")
    phones.step(2 * 3_600.0)
    assert phones.left.level == phones.right.level == 100.0
    assert phones.case_level > 0.0


def test_noise_modes_cost_what_they_do() -> None:
    left = {}
    for mode in (OFF, TRANSPARENT, CANCELLING):
        phones = in_case()
        phones.left.level = phones.right.level = 100.0
        phones.press("take")
        phones.apply({Address("earphones.noise_mode"): mode})
        phones.step(1.0)
        left[mode] = phones.left.level
    assert left[OFF] > left[TRANSPARENT] > left[CANCELLING]


def test_bud_out_of_its_ear_pauses_and_in_again_plays_on() -> None:
    phones = in_case()
    phones.press("take")
    phones.press("one_out")
    assert (value(phones, "left_bud.in_ear"), value(phones, "playback.state")) == (False, PAUSED)
    for _ in range(500):
        phones.step(1.0)
        if value(phones, "left_bud.in_ear"):
            break
    assert value(phones, "playback.state") == PLAYING


def test_nothing_plays_to_nobody() -> None:
    phones = in_case()
    phones.run(Address("playback.play"), {})
    phones.press("tap")
    phones.press("one_out")
    assert value(phones, "playback.state") == STOPPED
    phones.press("take")
    phones.run(Address("playback.pause"), {})
    assert value(phones, "playback.state") == PAUSED
    phones.press("tap")
    assert value(phones, "playback.state") == PLAYING


def test_case_that_opens_and_closes_is_told_in_turn() -> None:
    phones, told = Earphones(2), list[Happening]()
    for _ in range(2 * 24 * 120):
        told += phones.step(30.0)
    events = [h.event for h in told if h.event.startswith("case")]
    assert len(events) > 4
    assert all(one != other for one, other in pairwise(events))


def test_low_bud_is_told_once_with_its_side_and_flat_buds_go_back() -> None:
    phones = in_case()
    phones.press("take")
    phones.left.level, phones.right.level = 50.0, 15.01
    told = [h for _ in range(20) for h in phones.step(1.0)]
    assert [(h.event, h.arguments) for h in told] == [("battery.low", {"part": 1})]
    phones.left.level = phones.right.level = 0.0
    phones.case_level = 0.0
    phones.step(1.0)
    assert value(phones, "earphones.connected") is False


@settings(max_examples=30)
@given(data=st.data())
def test_batteries_never_leave_their_bounds_whatever_is_done(data: st.DataObject) -> None:
    phones = Earphones(data.draw(st.integers(0, 99)), day_s=data.draw(st.floats(0.0, DAY_S)))
    for _ in range(data.draw(st.integers(1, 20))):
        disturb(phones, COMPILED, data)
        phones.step(data.draw(st.sampled_from([1.0, 600.0, 7_200.0])))
        for name in ("left_bud", "right_bud", "case"):
            level = value(phones, f"{name}.battery")
            assert isinstance(level, float)
            assert 0.0 <= level <= 100.0
        is_heard = value(phones, "playback.state") == PLAYING
        assert not is_heard or value(phones, "earphones.connected")
