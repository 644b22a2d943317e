"""How a test handles a piece of hardware: set, read, wait."""

from protocol.ids import Address
from protocol.messages import Scalar
from simulators.physics import Happening, Physics


def value(physics: Physics, address: str) -> Scalar:
    """Return one property."""
    return physics.values()[Address(address)]


def number(physics: Physics, address: str) -> float:
    """Return one property that is a number."""
    found = value(physics, address)
    assert isinstance(found, int | float), address
    return found


def give(physics: Physics, **values: Scalar) -> None:
    """Set properties; `light__on=True` stands for the address `light.on`."""
    physics.apply({Address(name.replace("__", ".")): v for name, v in values.items()})


def wait(physics: Physics, seconds: float, dt_s: float = 30.0) -> list[Address]:
    """Let time pass; return the events that happened."""
    happenings: list[Happening] = []
    for _ in range(round(seconds / dt_s)):
        happenings += physics.step(dt_s)
    return [happening.event for happening in happenings]
