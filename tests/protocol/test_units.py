"""The registry of units."""

import re

import pytest

from protocol.ids import NAME
from protocol.units import UNITS

NEEDED = """
celsius kelvin percent ug_m3 mg_m3 ppm ppb lux pascal watt watt_hour kilowatt_hour volt ampere
milliampere_hour second minute hour day meter gram kilogram bpm step byte byte_per_second
bit_per_second decibel dbm degree rpm liter milliliter_per_hour m3_per_hour
"""


@pytest.mark.parametrize("key", NEEDED.split())
def test_what_home_products_measure_has_a_unit(key: str) -> None:
    assert key in UNITS


@pytest.mark.parametrize("key", UNITS)
def test_each_unit_has_a_name_in_both_languages_and_a_quantity(key: str) -> None:
    unit = UNITS[key]
    assert set(unit.title) == {"en", "zh"}
    assert all(unit.title.values())
    assert unit.quantity.isidentifier()


def test_keys_have_the_form_of_names() -> None:
    assert all(re.fullmatch(NAME, key) for key in UNITS)


def test_no_two_units_of_a_quantity_have_the_same_symbol() -> None:
    shown = [(unit.quantity, unit.symbol) for unit in UNITS.values()]
    assert len(shown) == len(set(shown))


def test_the_registry_is_closed() -> None:
    with pytest.raises(TypeError):
        UNITS["furlong"] = UNITS["meter"]  # type: ignore[index]
