"""Where the demo's devices stand in its home, what they are called, and how they are ordered."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

KINDS: Final[tuple[tuple[str, tuple[str, ...]], ...]] = (
    (
        "Air and warmth",
        ("air_purifier", "humidifier", "fan", "heater", "air_conditioner", "environment_sensor"),
    ),
    ("Light and power", ("light", "smart_plug", "power_bank")),
    ("Screen, sound, floor", ("television", "earphones", "robot_cleaner")),
    ("Doors and people", ("contact_sensor", "scale", "wearable")),
    ("Network", ("router", "gateway")),
)
"""Kinds of device classes, in the order in which they are shown."""

OTHER: Final = "Others"

NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "air-purifier": "Bedroom purifier",
        "humidifier": "Nursery humidifier",
        "fan": "Study fan",
        "heater": "Bathroom heater",
        "air-conditioner": "Living room cooler",
        "environment-sensor": "Living room air",
        "climate-sensor": "Balcony climate",
        "light": "Kitchen light",
        "smart-plug": "Kitchen plug",
        "power-bank": "Power bank",
        "television": "Living room TV",
        "earphones": "Earphones",
        "robot-cleaner": "Robot cleaner",
        "door-sensor": "Front door",
        "weighing-scale": "Bathroom scale",
        "band": "Band",
        "router": "Hall router",
        "gateway": "Hall gateway",
    }
)
"""Name by product; others keep the name that they came with."""

_PLACES: Final = {
    kind: (number, place)
    for number, (_, kinds) in enumerate(KINDS)
    for place, kind in enumerate(kinds)
}


def kind_of(device_class: str | None) -> str:
    """Return the kind that a device class belongs to."""
    number, _ = place_of(device_class)
    return KINDS[number][0] if number < len(KINDS) else OTHER


def place_of(device_class: str | None) -> tuple[int, int]:
    """Return what devices are ordered by: number of the kind, then place in it."""
    return _PLACES.get(device_class or "", (len(KINDS), 0))
