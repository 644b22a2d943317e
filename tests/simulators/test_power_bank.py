"""The power bank: where its energy comes from and goes to, and what stops it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.ids import Address
from protocol.messages import Scalar
from simulators.physics import DAY_S, Happening
from simulators.power_bank import HOT, INPUT_W, OWN_W, SLICE_S, PowerBank
from simulators.power_bank_cells import DESIGN_WH, EFFICIENCY, Cells, taper
from simulators.power_bank_ports import LIMITS_W, TOTAL_W
from tests.simulators.choices import disturb
from tests.simulators.scenes import PRODUCTS

COMPILED = PRODUCTS["power-bank"].compiled


def value(bank: PowerBank, address: str) -> Scalar:
    return bank.values()[Address(address)]


def number(bank: PowerBank, address: str) -> float:
    found = value(bank, address)
    assert isinstance(found, int | float)
    return found


def give(bank: PowerBank, **values: Scalar) -> None:
    bank.apply({Address(name.replace("__", ".")): given for name, given in values.items()})


def busy(seed: int = 1, gadgets: int = 20) -> PowerBank:
    bank = PowerBank(seed)
    for _ in range(gadgets):
        bank.press("gadget")
    return bank


def pass_time(bank: PowerBank, seconds: float) -> list[Happening]:
    return [told for _ in range(int(seconds / SLICE_S)) for told in bank.step(SLICE_S)]


@settings(max_examples=40)
@given(data=st.data())
def test_energy_is_what_came_in_less_what_went_out_and_what_was_lost(data: st.DataObject) -> None:
    bank = PowerBank(data.draw(st.integers(0, 999)), day_s=data.draw(st.floats(0.0, DAY_S)))
    dt_s = data.draw(st.sampled_from([1.0, SLICE_S]))
    for _ in range(40):
        if data.draw(st.integers(0, 4)) == 0:
            disturb(bank, COMPILED, data)
        before, delivered = bank.cells.wh, number(bank, "output.delivered_wh")
        bank.step(dt_s)
        hours = dt_s / 3_600.0
        out_wh = number(bank, "output.power_w") * hours
        flowed = number(bank, "input.power_w") * hours * EFFICIENCY - out_wh / EFFICIENCY
        own = before + flowed - bank.cells.wh
        assert -1e-9 <= own <= OWN_W * hours + 1e-9
        assert number(bank, "output.delivered_wh") - delivered == pytest.approx(out_wh, abs=1e-9)
        assert 0.0 <= bank.cells.level <= 100.0


def test_bank_that_nobody_charges_runs_empty_once_and_then_gives_nothing() -> None:
    cells = Cells(0.5, cycles=0.0)
    given_wh = 0.0
    for _ in range(1_000):
        given_wh += 0.5 * cells.flow(0.0, 0.5, 0.0).out_share
    assert cells.wh == 0.0
    assert given_wh == pytest.approx(DESIGN_WH / 2 * EFFICIENCY)


def test_full_bank_takes_no_more() -> None:
    cells = Cells(0.99, cycles=0.0)
    took_wh = sum(1.0 * cells.flow(1.0, 0.0, 0.0).in_share for _ in range(20))
    assert cells.level == 100.0
    assert took_wh == pytest.approx(DESIGN_WH * 0.01 / EFFICIENCY)


def test_cells_wear_with_what_flows_out_of_them() -> None:
    cells = Cells(1.0, cycles=0.0)
    for _ in range(2_000):
        cells.flow(60.0, 20.0, 0.0)
    assert cells.cycles == pytest.approx(2_000 * 20.0 / EFFICIENCY / DESIGN_WH)
    assert cells.health == pytest.approx(100.0 - 0.04 * cells.cycles)
    assert cells.wh <= cells.capacity_wh + 0.5


def test_charging_slows_down_towards_the_end() -> None:
    shares = [taper(charge / 100) for charge in range(101)]
    assert shares == sorted(shares, reverse=True)
    assert (shares[0], shares[80]) == (1.0, 1.0)
    assert shares[100] == pytest.approx(0.1)


@pytest.mark.parametrize("is_fast", [False, True])
def test_no_port_gives_more_than_its_limit_nor_all_more_than_the_total(is_fast: bool) -> None:
    bank = busy()
    give(bank, output__fast_charge=is_fast, output__on=True)
    names = ("c1_power_w", "c2_power_w", "a_power_w")
    for _ in range(200):
        bank.step(SLICE_S)
        powers = [number(bank, f"ecohub:ports.{name}") for name in names]
        assert all(p <= most for p, most in zip(powers, LIMITS_W[is_fast], strict=True))
        assert sum(powers) == pytest.approx(number(bank, "output.power_w"))
        assert sum(powers) <= TOTAL_W + 1e-9


def test_fast_charging_fills_the_bank_faster() -> None:
    took = []
    for is_fast in (False, True):
        bank = PowerBank(3, day_s=12 * 3_600.0)
        give(bank, output__on=False, output__fast_charge=is_fast)
        bank.cells.wh = 10.0
        bank.press("charger")
        bank.step(SLICE_S)
        took.append(number(bank, "input.power_w"))
        assert value(bank, "battery.charging") is True
    assert took == pytest.approx(list(INPUT_W))


def test_outputs_that_are_off_give_nothing() -> None:
    bank = busy()
    bank.step(SLICE_S)
    assert number(bank, "output.power_w") > 0.0
    bank.press("power")
    assert number(bank, "output.power_w") == 0.0
    bank.step(SLICE_S)
    assert number(bank, "output.power_w") == 0.0


def test_short_trips_the_outputs_once_until_they_are_switched_on_again() -> None:
    bank = busy()
    bank.press("short")
    told = pass_time(bank, 600.0)
    assert [h.event for h in told] == ["output.overload"]
    assert (value(bank, "output.on"), value(bank, "status.fault")) == (False, 1)
    give(bank, output__on=True)
    assert value(bank, "status.fault") == 0
    assert "output.overload" not in {h.event for h in pass_time(bank, 600.0)}


def test_bank_in_the_sun_stops_when_it_is_too_hot_and_goes_on_when_it_is_cool() -> None:
    bank = busy(gadgets=40)
    give(bank, output__fast_charge=True)
    bank.cells.wh = bank.cells.capacity_wh
    bank.press("sun")
    told: list[Happening] = []
    for _ in range(400):
        bank.press("gadget")
        was_hot = value(bank, "status.fault") == 2
        told += bank.step(SLICE_S)
        if was_hot and value(bank, "status.fault") == 2:
            assert number(bank, "output.power_w") == number(bank, "input.power_w") == 0.0
        assert number(bank, "battery.temperature") < HOT + 2.0
    assert sum(h.event == "battery.overheated" for h in told) == 1
    pass_time(bank, 7_200.0)
    assert value(bank, "status.fault") == 0


def test_warning_of_a_low_battery_comes_once_on_the_way_down() -> None:
    bank = busy()
    bank.cells.wh = 0.11 * bank.cells.capacity_wh
    lows = [h for h in pass_time(bank, 1_800.0) if h.event == "battery.low"]
    assert len(lows) == 1


def test_time_left_is_the_energy_through_the_power() -> None:
    bank = busy()
    bank.step(SLICE_S)
    power_w = number(bank, "output.power_w") / EFFICIENCY
    assert number(bank, "battery.left_s") == pytest.approx(3_600.0 * bank.cells.wh / power_w)
    give(bank, output__on=False)
    bank.step(SLICE_S)
    assert value(bank, "battery.left_s") is None
