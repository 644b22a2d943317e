"""The air purifier: what a person who owns one would expect."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from protocol.ids import Address
from protocol.messages import Scalar
from simulators.air_purifier import AUTO, MANUAL, SLEEP, AirPurifier
from simulators.physics import Happening


def value(purifier: AirPurifier, address: str) -> Scalar:
    return purifier.values()[Address(address)]


def pm2_5(purifier: AirPurifier) -> float:
    found = value(purifier, "air.pm2_5")
    assert isinstance(found, float)
    return found


def give(purifier: AirPurifier, **values: Scalar) -> None:
    purifier.apply({Address(name.replace("__", ".")): v for name, v in values.items()})


def after(seconds: float, seed: int = 1, **values: Scalar) -> AirPurifier:
    purifier = AirPurifier(seed)
    give(purifier, **values)
    for _ in range(int(seconds / 10.0)):
        purifier.step(10.0)
    return purifier


def test_higher_fan_level_leaves_less_dust() -> None:
    left = [pm2_5(after(7_200.0, fan__level=level)) for level in (1, 2, 3)]
    assert left[0] > left[1] > left[2]
    assert pm2_5(after(7_200.0, purifier__power=False)) > left[0]


def test_dust_falls_at_once_when_the_fan_is_turned_up() -> None:
    purifier = AirPurifier(4)
    give(purifier, purifier__power=False)
    for _ in range(60):
        purifier.step(10.0)
    before = pm2_5(purifier)
    give(purifier, purifier__power=True, fan__level=3)
    readings = [before]
    for _ in range(60):
        purifier.step(10.0)
        readings.append(pm2_5(purifier))
    assert readings == sorted(readings, reverse=True)
    assert readings[-1] < 0.7 * before


@given(st.integers(0, 500), st.floats(1.0, 200.0))
@settings(max_examples=50)
def test_room_ends_up_cleaner_than_the_street_and_cleaner_with_more_fan(
    seed: int, outdoor: float
) -> None:
    purifier = AirPurifier(seed)
    balances = []
    for level in (1, 2, 3):
        give(purifier, fan__level=level)
        balances.append(purifier.equilibrium(outdoor))
    assert outdoor > balances[0] > balances[1] > balances[2] > 0.0


def test_cooking_raises_the_dust_and_automatic_mode_answers_with_the_fan() -> None:
    purifier = AirPurifier(2)
    give(purifier, purifier__mode=AUTO)
    for _ in range(1_000):
        purifier.step(10.0)
    assert value(purifier, "fan.level") == 1
    quiet = pm2_5(purifier)
    purifier.cook()
    levels = set()
    for _ in range(80):
        purifier.step(10.0)
        levels.add(value(purifier, "fan.level"))
    assert pm2_5(purifier) > 2 * quiet
    assert levels == {1, 2, 3}
    for _ in range(1_000):
        purifier.step(10.0)
    assert value(purifier, "fan.level") == 1


def test_automatic_mode_does_not_hunt_between_two_levels() -> None:
    purifier = AirPurifier(5)
    give(purifier, purifier__mode=AUTO)
    levels = []
    for _ in range(8_640):
        purifier.step(10.0)
        levels.append(value(purifier, "fan.level"))
    changes = sum(one != two for one, two in pairwise(levels))
    assert changes < 100


def test_fan_level_set_by_hand_ends_the_automatic_mode() -> None:
    purifier = AirPurifier(1)
    give(purifier, fan__level=2)
    purifier.step(60.0)
    assert (value(purifier, "fan.level"), value(purifier, "purifier.mode")) == (2, MANUAL)


def test_mode_and_level_set_together_are_both_kept() -> None:
    purifier = AirPurifier(1)
    give(purifier, purifier__mode=SLEEP, fan__level=3)
    assert (value(purifier, "fan.level"), value(purifier, "purifier.mode")) == (3, SLEEP)


def test_sleep_is_the_lowest_level() -> None:
    assert value(after(60.0, fan__level=3), "fan.level") == 3
    assert value(after(60.0, purifier__mode=SLEEP), "fan.level") == 1


def test_filter_wears_with_the_air_that_is_moved() -> None:
    left = [
        value(purifier, "filter.life")
        for purifier in (
            AirPurifier(1),
            after(86_400.0, purifier__power=False),
            after(86_400.0, fan__level=1),
            after(86_400.0, fan__level=3),
        )
    ]
    lives = [life for life in left if isinstance(life, float)]
    assert lives[0] == lives[1] > lives[2] > lives[3]


def test_worn_filter_is_told_once_until_it_is_changed() -> None:
    purifier = AirPurifier(1)
    give(purifier, fan__level=3)
    told: list[Happening] = []
    for _ in range(365 * 24):
        told += purifier.step(3_600.0)
    assert told == [Happening(Address("filter.worn"))]
    assert value(purifier, "filter.life") == 0.0
    purifier.run(Address("filter.reset"), {})
    assert value(purifier, "filter.life") == 100.0
    for _ in range(365 * 24):
        told += purifier.step(3_600.0)
    assert len(told) == 2


@pytest.mark.parametrize(
    ("button", "address", "changed"),
    [("power", "purifier.power", False), ("mode", "purifier.mode", SLEEP)],
)
def test_child_lock_takes_the_buttons_away_but_for_its_own(
    button: str, address: str, changed: Scalar
) -> None:
    purifier = AirPurifier(1)
    purifier.press("lock")
    before = purifier.values()
    purifier.press(button)
    assert purifier.values() == before
    assert before[Address("controls.child_lock")] is True
    purifier.press("lock")
    purifier.press(button)
    assert value(purifier, address) == changed


def test_settings_that_are_not_physics_are_kept() -> None:
    purifier = after(60.0, controls__child_lock=True, light__brightness=7)
    assert value(purifier, "controls.child_lock") is True
    assert value(purifier, "light.brightness") == 7
