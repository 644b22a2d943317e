"""What of the hardware's values becomes a message."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from protocol.ids import Address
from protocol.messages import Scalar
from protocol.product import Property, parse_product
from protocol.validator import compile_product
from simulators.pace import Pace
from simulators.reporting import Grid, Reporter, grid_of

PRODUCT = compile_product(
    parse_product(
        b"""{"eco":"1.0","vendor":"v","product":"p","version":1,"title":{"en":"P"},"services":[
{"name":"a","title":{"en":"A"},"properties":[
{"name":"tenths","title":{"en":"T"},"format":"float","range":[0.05,30,0.1],
 "access":["read","notify"]},
{"name":"any","title":{"en":"N"},"format":"float","access":["read","notify"]},
{"name":"fives","title":{"en":"F"},"format":"uint8","range":[0,102,5],
 "access":["read","notify"]},
{"name":"count","title":{"en":"C"},"format":"int32","access":["read","notify"]},
{"name":"text","title":{"en":"X"},"format":"string","access":["read","notify"]},
{"name":"quiet","title":{"en":"Q"},"format":"bool","access":["read"]},
{"name":"secret","title":{"en":"S"},"format":"string","max_length":8,"access":["write"]}]}]}"""
    )
)
TENTHS, ANY, FIVES, COUNT = (Address(f"a.{n}") for n in ("tenths", "any", "fives", "count"))
TEXT, QUIET, SECRET = (Address(f"a.{n}") for n in ("text", "quiet", "secret"))


def grid(name: Address, deadband: float = 0.0) -> Grid:
    found = grid_of(PRODUCT.properties[name], deadband)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("address", "raw", "rounded"),
    [
        (TENTHS, 21.47, 21.45),
        (TENTHS, -3.0, 0.05),
        (TENTHS, 99.0, 29.95),
        (ANY, 1.23456, 1.235),
        (FIVES, 12.4, 10),
        (FIVES, 200.0, 100),
        (COUNT, 7.6, 8),
        (COUNT, 1e12, 2_147_483_647),
    ],
)
def test_value_is_rounded_to_the_nearest_step_that_is_allowed(
    address: Address, raw: float, rounded: float
) -> None:
    value = grid(address).round(raw)
    assert value == rounded
    assert isinstance(value, int) is (address in {FIVES, COUNT})


@given(st.sampled_from([TENTHS, ANY, FIVES, COUNT]), st.floats(-1e9, 1e9))
def test_rounded_value_is_always_allowed(address: Address, raw: float) -> None:
    assert PRODUCT.check_state({address: grid(address).round(raw)}, is_full=False) == ()


@given(st.sampled_from([TENTHS, FIVES]), st.floats(1.0, 25.0))
def test_rounding_moves_by_half_a_step_at_most(address: Address, raw: float) -> None:
    step = 0.1 if address == TENTHS else 5.0
    assert abs(grid(address).round(raw) - raw) <= step / 2 + 1e-9


def reporter(**deadbands: float) -> Reporter:
    return Reporter(PRODUCT, {f"a.{name}": band for name, band in deadbands.items()})


def test_full_holds_every_readable_property_and_null_for_what_is_not_known() -> None:
    full = reporter().full({TENTHS: 3.0, TEXT: "x", SECRET: "hush"})
    assert full == {TENTHS: 3.05, ANY: None, FIVES: None, COUNT: None, TEXT: "x", QUIET: None}


def test_number_that_trembles_between_two_steps_is_told_once() -> None:
    told = reporter()
    told.full({FIVES: 12.4})
    assert told.changes({FIVES: 12.6}) == {}
    assert told.changes({FIVES: 12.4}) == {}
    assert told.changes({FIVES: 15.1}) == {FIVES: 15}
    assert told.changes({FIVES: 12.4}) == {}


def test_deadband_wider_than_the_step_holds_small_moves_back() -> None:
    told = reporter(tenths=2.0)
    told.full({TENTHS: 10.0})
    assert told.changes({TENTHS: 11.5}) == {}
    assert told.changes({TENTHS: 12.2}) == {TENTHS: 12.15}


def test_fall_to_nothing_is_told_whatever_the_deadband() -> None:
    told = reporter(any=5.0)
    told.full({ANY: 0.4})
    assert told.changes({ANY: 0.1}) == {}
    assert told.changes({ANY: 0.0}) == {ANY: 0.0}
    assert told.changes({ANY: 0.0}) == {}


def test_value_that_gets_lost_is_told_as_null_once() -> None:
    told = reporter()
    told.full({ANY: 1.0})
    assert told.changes({}) == {ANY: None}
    assert told.changes({}) == {}
    assert told.changes({ANY: 1.0}) == {ANY: 1.0}


def test_property_without_notify_stands_in_full_states_only() -> None:
    told = reporter()
    told.full({QUIET: False})
    assert QUIET not in told.changes({QUIET: True})
    assert told.full({QUIET: True})[QUIET] is True


def test_command_shows_what_it_names_and_what_it_changed_and_never_a_secret() -> None:
    told = reporter()
    before: dict[Address, Scalar] = {FIVES: 10, TEXT: "a", QUIET: False, ANY: 1.0}
    after: dict[Address, Scalar] = {FIVES: 10, TEXT: "b", QUIET: True, ANY: 1.0}
    shown = told.caused(before, after, [FIVES, SECRET, QUIET])
    assert shown == {FIVES: 10, TEXT: "b", QUIET: True}


def test_hardware_that_gives_a_text_for_a_number_is_a_bug_that_shows() -> None:
    with pytest.raises(TypeError, match="'warm' for a number"):
        reporter().full({TENTHS: "warm"})


@pytest.mark.parametrize("name", ["text", "quiet"])
def test_text_and_bool_have_no_grid(name: str) -> None:
    item: Property = PRODUCT.properties[Address(f"a.{name}")]
    assert grid_of(item, 1.0) is None


@given(
    st.floats(0.1, 20.0),
    st.lists(st.tuples(st.floats(0.0, 5.0), st.sampled_from(["report", "command"])), max_size=400),
)
def test_what_is_allowed_never_exceeds_the_rate_in_any_ten_seconds(
    rate_per_s: float, story: list[tuple[float, str]]
) -> None:
    pace, now_s = Pace(rate_per_s), 100.0
    sent: list[float] = []
    for pause_s, kind in story:
        now_s += pause_s
        may = pace.may_report(now_s) if kind == "report" else pace.wait_s(now_s) <= 0.0
        if may:
            pace.spend(now_s)
            sent.append(now_s)
    for start_s in sent:
        within = sum(start_s <= s < start_s + 10.0 for s in sent)
        assert within <= max(1, rate_per_s * 10.0)


def test_wait_is_exactly_as_long_as_the_rate_asks() -> None:
    pace = Pace(1.0)
    for number in range(10):
        pace.spend(100.0 + number)
    assert pace.wait_s(109.5) == pytest.approx(0.5)
    assert pace.wait_s(110.0) == 0.0


def test_telemetry_leaves_room_for_commands() -> None:
    pace = Pace(1.0)
    while pace.may_report(0.0):
        pace.spend(0.0)
    assert pace.wait_s(0.0) == 0.0
