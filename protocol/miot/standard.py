"""Which MIoT parts are our standard parts under another name: only where both mean the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from protocol.miot.notebook import Kind
from protocol.parts import PARTS, ActionPart, EventPart, Part, PropertyPart
from protocol.product_model import Access, Action, Choice, EventKind, Privacy, Property

_ROWS: Final = """
* environment,air-monitor,temperature-humidity-sensor,indoor-environment,air-detector
  temperature air.temperature | relative-humidity air.humidity | pm2.5-density air.pm2_5
  pm10-density air.pm10 | co2-density air.co2 | hcho-density air.formaldehyde
  tvoc-density air.tvoc | atmospheric-pressure air.pressure | illumination air.illuminance
* illumination-sensor
  illumination air.illuminance
* battery
  battery-level battery.level | voltage battery.voltage_v | !low-battery battery.low
vacuum battery
  start-charge() cleaner.dock
* physical-controls-locked
  physical-controls-locked controls.child_lock
* alarm
  alarm controls.buzzer
* screen
  on display.on | brightness display.brightness
* filter
  filter-life-level filter.life | reset-filter-life() filter.reset
* brush-cleaner
  brush-life-level brush.life | reset-brush-life() brush.reset
* light
  on light.on | brightness light.brightness | color-temperature light.color_temperature
  color light.color
* fan
  on fan.on | fan-level fan.level | mode fan.mode | horizontal-swing fan.swing_horizontal
  vertical-swing fan.swing_vertical | horizontal-angle fan.swing_angle
  speed-level fan.speed | stepless-fan-level fan.speed
* air-purifier
  on purifier.power | mode purifier.mode | fan-level fan.level | anion purifier.anion
  uv purifier.uv | fault status.fault
* humidifier
  on humidifier.on | mode humidifier.mode | fan-level humidifier.level
  target-humidity climate.target_humidity | water-level tank.level
* heater
  on heater.on | heat-level heater.level | target-temperature climate.target_temperature
* air-conditioner
  on air_conditioner.on | mode climate.mode | target-temperature climate.target_temperature
air-conditioner fan-control
  fan-level fan.level | horizontal-swing fan.swing_horizontal
  vertical-swing fan.swing_vertical
* thermostat
  target-temperature climate.target_temperature
* dehumidifier
  target-humidity climate.target_humidity
* vacuum
  status cleaner.status | mode cleaner.mode | start-sweep() cleaner.start
  stop-sweeping() cleaner.stop | pause-sweeping() cleaner.pause
vacuum identify
  identify() cleaner.locate
* identify
  identify() sensor.identify
outlet outlet,switch
  on outlet.on | electric-power outlet.power_w | voltage outlet.voltage_v
  electric-current outlet.current_a | temperature outlet.temperature
outlet power-consumption
  electric-power outlet.power_w | power-consumption outlet.energy_wh
  voltage outlet.voltage_v | electric-current outlet.current_a
* power-consumption
  electric-power meter.power_w | power-consumption meter.energy_wh
* speaker
  volume sound.volume | mute sound.muted
* television
  on television.on
television input-control
  input-control television.input
* router
  connected-device-number router.clients | online-time router.uptime_s
  reboot() router.reboot | !device-connect router.client_joined
  !device-disconnect router.client_left
* wifi
  on wifi.on | wifi-ssid wifi.ssid
* guest-wifi,guest_wifi
  on guest_wifi.on
* heart-rate
  heart-rate heart.rate
* outlet,switch,light,fan,heater,humidifier,air-conditioner,vacuum,thermostat,dehumidifier
  fault status.fault | default-power-on-state controls.after_power_cut
"""
"""Device types and services, then `type address`; `()` marks actions, `!` events.

The rows of a device type go before those of any (`*`).
"""

_NAMES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        "status.fault": dict.fromkeys(
            ("no_faults", "no_fault", "no_error", "no_errors", "normal", "ok", "fault_free"), "none"
        ),
        "fan.mode": {
            "straight_wind": "straight",
            "basic": "straight",
            "natural_wind": "natural",
            "nature": "natural",
        },
        "cleaner.status": {
            "sweeping": "cleaning",
            "go_charging": "returning",
            "back_to_dock": "returning",
            "docking": "returning",
        },
        "cleaner.mode": {"basic": "standard", "balanced": "standard"},
        "controls.after_power_cut": {
            "memory": "last",
            "last_state": "last",
            "keep": "last",
            "power_off": "off",
            "close": "off",
            "power_on": "on",
            "open": "on",
        },
    }
)
"""Standard name of a choice by its own, where a standard part names them."""

CLASSES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "air-purifier": "air_purifier",
        "router": "router",
        "outlet": "smart_plug",
        "temperature-humidity-sensor": "environment_sensor",
        "air-monitor": "environment_sensor",
        "light": "light",
        "fan": "fan",
        "heater": "heater",
        "humidifier": "humidifier",
        "air-conditioner": "air_conditioner",
        "vacuum": "robot_cleaner",
        "television": "television",
    }
)
"""Device class by device type; it is set only where the product then has its required parts."""


@dataclass(frozen=True, slots=True)
class Match:
    """A part in the words of the standard."""

    address: str
    part: Property | Action | EventKind


def matches(
    device: str, service: str, kind: Kind, name: str, part: Property | Action | EventKind
) -> Match | None:
    """Return the standard part that a part is, in the form the standard asks for; None for none.

    Args:
        device: Type name of the device.
        service: Type name of the service.
        kind: `property`, `action` or `event`.
        name: Type name of the part.
        part: As it would be without a standard.
    """
    for owner in (device, "*"):
        address = _TABLE.get((owner, service, kind, name))
        standard = None if address is None else PARTS.get(address)
        if standard is not None:
            found = _in_form(standard, part)
            if found is not None:
                return Match(standard.address, found)
    return None


def _in_form(
    standard: Part, part: Property | Action | EventKind
) -> Property | Action | EventKind | None:
    match standard, part:
        case PropertyPart(), Property():
            return _property(standard, part)
        case EventPart(), EventKind():
            names = {argument.name for argument in part.arguments}
            return part if set(standard.arguments) <= names else None
        case ActionPart(), Action() if not part.arguments and not standard.arguments:
            return part
    return None


def _property(standard: PropertyPart, part: Property) -> Property | None:
    is_alike = part.format in standard.formats and part.unit == standard.unit
    lacking = set(standard.access) - set(part.access)
    if not is_alike or not lacking <= {"notify"}:
        return None
    access: tuple[Access, ...] = (*part.access, "notify") if lacking else part.access
    enum = _renamed(str(standard.address), part.enum or ())
    if not set(standard.choices) <= {choice.name for choice in enum}:
        return None
    privacy = _stricter(standard.privacy, part.privacy)
    return part.model_copy(update={"enum": enum or None, "privacy": privacy, "access": access})


def _renamed(address: str, enum: tuple[Choice, ...]) -> tuple[Choice, ...]:
    """Give choices their standard names; the first of several keeps it, the others their own."""
    ours, taken = _NAMES.get(address, {}), {choice.name for choice in enum}
    found: list[Choice] = []
    for choice in enum:
        name = ours.get(choice.name, choice.name)
        if name != choice.name and name not in taken:
            taken.add(name)
            found.append(choice.model_copy(update={"name": name}))
        else:
            found.append(choice)
    return tuple(found)


def _stricter(one: Privacy, other: Privacy) -> Privacy:
    order: tuple[Privacy, ...] = ("none", "personal", "health")
    return max(one, other, key=order.index)


def _table() -> dict[tuple[str, str, Kind, str], str]:
    found: dict[tuple[str, str, Kind, str], str] = {}
    devices, services = "", ""
    for line in _ROWS.strip().splitlines():
        if not line.startswith(" "):
            devices, services = line.split()
            continue
        for entry in line.split("|"):
            name, address = entry.split()
            kind: Kind = "event" if name.startswith("!") else "property"
            kind = "action" if name.endswith("()") else kind
            for service in services.split(","):
                found[(devices, service, kind, name.strip("!()"))] = address
    return found


_TABLE: Final = _table()

ADDRESSES: Final = frozenset(_TABLE.values())
"""All standard addresses that a MIoT part can have."""
