"""Standard parts: addresses that mean the same in every product that has them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from protocol.ids import Address
from protocol.product_model import Access, Format, Privacy


@dataclass(frozen=True, slots=True)
class PropertyPart:
    """What a standard property has to look like.

    Attributes:
        formats: One of these.
        access: At least these.
        unit: This one, or none at all where it is None.
        choices: Names that the enumeration has at least; empty where it need not be one.
        privacy: This class, or a stricter one.
    """

    address: Address
    formats: tuple[Format, ...]
    access: tuple[Access, ...]
    unit: str | None = None
    choices: tuple[str, ...] = ()
    privacy: Privacy = "none"


@dataclass(frozen=True, slots=True)
class ActionPart:
    """A standard action; `arguments` are the names it takes."""

    address: Address
    arguments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EventPart:
    """A standard event; `arguments` are the names it carries."""

    address: Address
    arguments: tuple[str, ...] = ()


Part = PropertyPart | ActionPart | EventPart

_BOOL: Final[tuple[Format, ...]] = ("bool",)
_TEXT: Final[tuple[Format, ...]] = ("string",)
_WHOLE: Final[tuple[Format, ...]] = (
    "uint8",
    "uint16",
    "uint32",
    "int8",
    "int16",
    "int32",
    "int64",
)
_NUMBER: Final[tuple[Format, ...]] = ("float", *_WHOLE)
_SEEN: Final[tuple[Access, ...]] = ("read", "notify")
_SET: Final[tuple[Access, ...]] = ("read", "notify", "write")
_SECRET: Final[tuple[Access, ...]] = ("write",)


def _part(
    address: str,
    formats: tuple[Format, ...],
    access: tuple[Access, ...],
    unit: str | None = None,
    choices: tuple[str, ...] = (),
    privacy: Privacy = "none",
) -> PropertyPart:
    return PropertyPart(Address(address), formats, access, unit, choices, privacy)


def _action(address: str, *arguments: str) -> ActionPart:
    return ActionPart(Address(address), arguments)


def _event(address: str, *arguments: str) -> EventPart:
    return EventPart(Address(address), arguments)


def _by_address(parts: Iterable[Part]) -> Mapping[str, Part]:
    return MappingProxyType({part.address: part for part in parts})


PARTS: Final[Mapping[str, Part]] = _by_address(
    (
        _part("air.temperature", _NUMBER, _SEEN, "celsius"),
        _part("air.humidity", _NUMBER, _SEEN, "percent"),
        _part("air.pm2_5", _NUMBER, _SEEN, "ug_m3"),
        _part("air.co2", _NUMBER, _SEEN, "ppm"),
        _part("air.illuminance", _NUMBER, _SEEN, "lux"),
        _part("battery.level", _NUMBER, _SEEN, "percent"),
        _part("controls.child_lock", _BOOL, _SET),
        _part("fan.level", _WHOLE, _SET),
        _part("filter.life", _NUMBER, _SEEN, "percent"),
        _action("filter.reset"),
        _event("filter.worn"),
        _part("guest_wifi.on", _BOOL, _SET),
        _part("guest_wifi.password", _TEXT, _SECRET),
        _part("light.brightness", _NUMBER, _SET, "percent"),
        _part("outlet.on", _BOOL, _SET),
        _part("outlet.power_w", _NUMBER, _SEEN, "watt"),
        _part("outlet.energy_wh", _NUMBER, _SEEN, "watt_hour"),
        _part("outlet.voltage_v", _NUMBER, _SEEN, "volt"),
        _action("outlet.reset_energy"),
        _event("outlet.overload"),
        _part("purifier.power", _BOOL, _SET),
        _part("purifier.mode", _WHOLE, _SET, choices=("auto", "sleep", "manual")),
        _part("router.clients", _WHOLE, _SEEN, privacy="personal"),
        _part("router.download_bps", _NUMBER, _SEEN, "bit_per_second"),
        _part("router.upload_bps", _NUMBER, _SEEN, "bit_per_second"),
        _part("router.uptime_s", _WHOLE, _SEEN, "second"),
        _action("router.reboot"),
        _event("router.client_joined", "name"),
        _event("router.client_left", "name"),
        _part("sensor.interval_s", _WHOLE, _SET, "second"),
        _action("sensor.identify"),
        _part("wifi.on", _BOOL, _SET),
        _part("wifi.ssid", _TEXT, _SET),
        _part("wifi.channel", _WHOLE, _SET, choices=("auto",)),
    )
)
"""Standard part by address."""
