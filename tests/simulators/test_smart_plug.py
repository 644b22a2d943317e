"""The smart plug: what its meter shows, and when it trips."""

import pytest

from protocol.ids import Address
from protocol.messages import Scalar
from simulators.physics import Happening
from simulators.smart_plug import APPLIANCES, LIMIT_W, STANDBY_W, SmartPlug

TRIPPED = Happening(Address("outlet.overload"))


def number(plug: SmartPlug, name: str) -> float:
    found = plug.values()[Address(f"outlet.{name}")]
    assert isinstance(found, int | float)
    return found


def switch(plug: SmartPlug, is_on: Scalar) -> None:
    plug.apply({Address("outlet.on"): is_on})


def running_plug() -> SmartPlug:
    """Return a plug whose appliance has just begun to run."""
    for seed in range(100):
        plug = SmartPlug(seed)
        plug.step(1.0)
        if number(plug, "power_w") > 50.0:
            return plug
    raise AssertionError("no seed gives a running appliance")


def test_energy_is_the_integral_of_power() -> None:
    plug, expected_wh = SmartPlug(2), 0.0
    for _ in range(7_200):
        plug.step(1.0)
        expected_wh += number(plug, "power_w") / 3_600.0
    assert number(plug, "energy_wh") == pytest.approx(expected_wh)
    assert expected_wh > 0.0


def test_energy_never_falls_but_by_its_reset() -> None:
    plug, before = SmartPlug(3), 0.0
    for _ in range(2_000):
        plug.step(30.0)
        assert number(plug, "energy_wh") >= before
        before = number(plug, "energy_wh")
    plug.run(Address("outlet.reset_energy"), {})
    assert number(plug, "energy_wh") == 0.0


def test_plug_that_is_off_draws_nothing_and_counts_nothing() -> None:
    plug = running_plug()
    switch(plug, is_on=False)
    assert number(plug, "power_w") == 0.0
    before = number(plug, "energy_wh")
    for _ in range(100):
        plug.step(10.0)
        assert number(plug, "power_w") == 0.0
    assert number(plug, "energy_wh") == before


def test_load_is_the_appliances_with_a_little_noise() -> None:
    plug = SmartPlug(0)
    loads = []
    for _ in range(20_000):
        plug.step(5.0)
        loads.append(number(plug, "power_w"))
    nominal = [a.power_w for a in APPLIANCES]
    near = [w for w in loads if any(abs(w / n - 1.0) < 0.08 for n in nominal) or w < 2 * STANDBY_W]
    assert len(near) > 0.95 * len(loads)
    assert len({round(w, 3) for w in loads}) > 1_000


def test_inrush_dies_away_within_seconds() -> None:
    for seed in range(40):
        plug = SmartPlug(seed)
        plug.step(0.1)
        steady = number(plug, "power_w")
        switch(plug, is_on=False)
        switch(plug, is_on=True)
        plug.step(0.1)
        first = number(plug, "power_w")
        for _ in range(50):
            plug.step(0.1)
        if steady > 50.0 and first > 2.0 * steady:
            assert number(plug, "power_w") == pytest.approx(steady, rel=0.1)
            return
    raise AssertionError("no appliance has an inrush")


def test_lasting_overload_trips_once_and_is_told() -> None:
    plug = running_plug()
    for _ in range(10):
        assert plug.step(0.1) == ()
    plug.press("heater")
    told = [happening for _ in range(600) for happening in plug.step(0.1)]
    assert told == [TRIPPED]
    assert plug.values()[Address("outlet.on")] is False
    switch(plug, is_on=True)
    assert [h for _ in range(600) for h in plug.step(0.1)] == []


def test_overload_shows_on_the_meter_before_it_trips() -> None:
    plug = running_plug()
    plug.press("heater")
    plug.step(0.1)
    assert number(plug, "power_w") > LIMIT_W
    assert plug.values()[Address("outlet.on")] is True


def test_heater_that_is_pulled_out_in_time_trips_nothing() -> None:
    plug = running_plug()
    plug.press("heater")
    plug.step(0.1)
    plug.press("heater")
    assert [h for _ in range(100) for h in plug.step(0.1)] == []


def test_voltage_stays_within_what_the_mains_allow() -> None:
    plug = SmartPlug(5)
    for _ in range(5_000):
        plug.step(60.0)
        assert 207.0 <= number(plug, "voltage_v") <= 253.0


def test_button_switches() -> None:
    plug = SmartPlug(1)
    plug.press("power")
    assert plug.values()[Address("outlet.on")] is False
    plug.press("power")
    assert plug.values()[Address("outlet.on")] is True
