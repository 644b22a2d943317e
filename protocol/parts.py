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


_AIR: Final[tuple[Part, ...]] = (
    _part("air.temperature", _NUMBER, _SEEN, "celsius"),
    _part("air.humidity", _NUMBER, _SEEN, "percent"),
    _part("air.pm2_5", _NUMBER, _SEEN, "ug_m3"),
    _part("air.pm10", _NUMBER, _SEEN, "ug_m3"),
    _part("air.co2", _NUMBER, _SEEN, "ppm"),
    _part("air.formaldehyde", _NUMBER, _SEEN, "mg_m3"),
    _part("air.tvoc", _NUMBER, _SEEN, "ppb"),
    _part("air.pressure", _NUMBER, _SEEN, "hectopascal"),
    _part("air.illuminance", _NUMBER, _SEEN, "lux"),
    _part("air.noise", _NUMBER, _SEEN, "decibel"),
)

_SHARED: Final[tuple[Part, ...]] = (
    _part("battery.level", _NUMBER, _SEEN, "percent"),
    _part("battery.charging", _BOOL, _SEEN),
    _part("battery.temperature", _NUMBER, _SEEN, "celsius"),
    _part("battery.voltage_v", _NUMBER, _SEEN, "volt"),
    _part("battery.health", _NUMBER, _SEEN, "percent"),
    _part("battery.cycles", _WHOLE, _SEEN),
    _part("battery.left_s", _WHOLE, _SEEN, "second"),
    _event("battery.low"),
    _event("battery.overheated"),
    _part("controls.child_lock", _BOOL, _SET),
    _part("controls.buzzer", _BOOL, _SET),
    _part("controls.after_power_cut", _WHOLE, _SET, choices=("off", "on", "last")),
    _part("display.on", _BOOL, _SET),
    _part("display.brightness", _NUMBER, _SET, "percent"),
    _part("meter.power_w", _NUMBER, _SEEN, "watt"),
    _part("meter.energy_wh", _NUMBER, _SEEN, "watt_hour"),
    _action("meter.reset"),
    _part("sensor.interval_s", _WHOLE, _SET, "second"),
    _action("sensor.identify"),
    _part("sound.volume", _NUMBER, _SET, "percent"),
    _part("sound.muted", _BOOL, _SET),
    _part("sound.equalizer", _WHOLE, _SET, choices=("flat",)),
    _part("status.fault", _WHOLE, _SEEN, choices=("none",)),
    _part("timer.off_after_s", _WHOLE, _SET, "second"),
    _part("timer.left_s", _WHOLE, _SEEN, "second"),
)

_AIR_MOVERS: Final[tuple[Part, ...]] = (
    _part("fan.on", _BOOL, _SET),
    _part("fan.level", _WHOLE, _SET),
    _part("fan.mode", _WHOLE, _SET, choices=("straight", "natural")),
    _part("fan.speed", _NUMBER, _SET, "percent"),
    _part("fan.speed_rpm", _NUMBER, _SEEN, "rpm"),
    _part("fan.swing_horizontal", _BOOL, _SET),
    _part("fan.swing_vertical", _BOOL, _SET),
    _part("fan.swing_angle", _WHOLE, _SET, "degree"),
    _part("filter.life", _NUMBER, _SEEN, "percent"),
    _action("filter.reset"),
    _event("filter.worn"),
    _part("humidifier.on", _BOOL, _SET),
    _part("humidifier.level", _WHOLE, _SET),
    _part("humidifier.mode", _WHOLE, _SET, choices=("auto",)),
    _part("purifier.power", _BOOL, _SET),
    _part("purifier.mode", _WHOLE, _SET, choices=("auto", "sleep")),
    _part("purifier.anion", _BOOL, _SET),
    _part("purifier.uv", _BOOL, _SET),
    _part("tank.level", _NUMBER, _SEEN, "percent"),
    _event("tank.empty"),
    _event("tank.refilled"),
)

_CLIMATE: Final[tuple[Part, ...]] = (
    _part("air_conditioner.on", _BOOL, _SET),
    _part("climate.activity", _WHOLE, _SEEN, choices=("idle",)),
    _part("climate.mode", _WHOLE, _SET, choices=("cool",)),
    _part("climate.target_humidity", _NUMBER, _SET, "percent"),
    _part("climate.target_temperature", _NUMBER, _SET, "celsius"),
    _part("heater.on", _BOOL, _SET),
    _part("heater.level", _WHOLE, _SET),
    _event("heater.overheated"),
    _event("heater.tipped_over"),
)

_LIGHT: Final[tuple[Part, ...]] = (
    _part("light.on", _BOOL, _SET),
    _part("light.brightness", _NUMBER, _SET, "percent"),
    _part("light.color", _WHOLE, _SET, "rgb"),
    _part("light.color_mode", _WHOLE, _SEEN, choices=("white", "color")),
    _part("light.color_temperature", _NUMBER, _SET, "color_kelvin"),
    _part("light.effect", _WHOLE, _SET, choices=("none",)),
    _part("light.transition_s", _NUMBER, _SET, "second"),
)

_PLUG: Final[tuple[Part, ...]] = (
    _part("outlet.on", _BOOL, _SET),
    _part("outlet.power_w", _NUMBER, _SEEN, "watt"),
    _part("outlet.energy_wh", _NUMBER, _SEEN, "watt_hour"),
    _part("outlet.voltage_v", _NUMBER, _SEEN, "volt"),
    _part("outlet.current_a", _NUMBER, _SEEN, "ampere"),
    _part("outlet.temperature", _NUMBER, _SEEN, "celsius"),
    _action("outlet.reset_energy"),
    _event("outlet.overload"),
)

_NETWORK: Final[tuple[Part, ...]] = (
    _part("gateway.children", _WHOLE, _SEEN),
    _part("gateway.pairing", _BOOL, _SEEN),
    _action("gateway.pair"),
    _action("gateway.locate"),
    _event("gateway.child_joined", "child"),
    _event("gateway.child_left", "child"),
    _part("guest_wifi.on", _BOOL, _SET),
    _part("guest_wifi.password", _TEXT, _SECRET),
    _part("router.clients", _WHOLE, _SEEN, privacy="personal"),
    _part("router.download_bps", _NUMBER, _SEEN, "bit_per_second"),
    _part("router.upload_bps", _NUMBER, _SEEN, "bit_per_second"),
    _part("router.downloaded_bytes", _WHOLE, _SEEN, "byte"),
    _part("router.uploaded_bytes", _WHOLE, _SEEN, "byte"),
    _part("router.uptime_s", _WHOLE, _SEEN, "second"),
    _action("router.reboot"),
    _event("router.client_joined", "name"),
    _event("router.client_left", "name"),
    _part("wifi.on", _BOOL, _SET),
    _part("wifi.ssid", _TEXT, _SET),
    _part("wifi.password", _TEXT, _SECRET),
    _part("wifi.channel", _WHOLE, _SET, choices=("auto",)),
)

_CLEANER: Final[tuple[Part, ...]] = (
    _part("cleaner.status", _WHOLE, _SEEN, choices=("idle", "cleaning", "returning", "charging")),
    _part("cleaner.mode", _WHOLE, _SET, choices=("standard",)),
    _part("cleaner.water_level", _WHOLE, _SET),
    _part("cleaner.room", _WHOLE, _SEEN),
    _part("cleaner.area_m2", _NUMBER, _SEEN, "square_meter"),
    _part("cleaner.duration_s", _WHOLE, _SEEN, "second"),
    _part("cleaner.map_progress", _NUMBER, _SEEN, "percent"),
    _part("cleaner.bin_level", _NUMBER, _SEEN, "percent"),
    _part("cleaner.total_area_m2", _NUMBER, _SEEN, "square_meter"),
    _part("cleaner.total_duration_s", _WHOLE, _SEEN, "second"),
    _part("cleaner.runs", _WHOLE, _SEEN),
    _action("cleaner.start"),
    _action("cleaner.clean_room", "room"),
    _action("cleaner.stop"),
    _action("cleaner.pause"),
    _action("cleaner.dock"),
    _action("cleaner.locate"),
    _event("cleaner.finished"),
    _event("cleaner.stuck"),
    _event("cleaner.bin_full"),
    _part("brush.life", _NUMBER, _SEEN, "percent"),
    _action("brush.reset"),
    _event("brush.worn"),
)

_TELEVISION: Final[tuple[Part, ...]] = (
    _part("television.on", _BOOL, _SET),
    _part("television.input", _WHOLE, _SET),
    _part("television.channel", _WHOLE, _SET, privacy="personal"),
    _part("television.app", _WHOLE, _SET, choices=("none",), privacy="personal"),
    _part("television.picture_mode", _WHOLE, _SET, choices=("standard",)),
    _action("television.launch", "app"),
    _action("television.press_key", "key"),
    _event("television.fell_asleep"),
    _part("playback.state", _WHOLE, _SEEN, choices=("stopped", "playing"), privacy="personal"),
    _part("playback.title", _TEXT, _SEEN, privacy="personal"),
    _action("playback.play"),
    _action("playback.pause"),
)

_CARRIED: Final[tuple[Part, ...]] = (
    _part("left_bud.battery", _NUMBER, _SEEN, "percent"),
    _part("left_bud.charging", _BOOL, _SEEN),
    _part("left_bud.in_ear", _BOOL, _SEEN, privacy="personal"),
    _part("right_bud.battery", _NUMBER, _SEEN, "percent"),
    _part("right_bud.charging", _BOOL, _SEEN),
    _part("right_bud.in_ear", _BOOL, _SEEN, privacy="personal"),
    _part("case.battery", _NUMBER, _SEEN, "percent"),
    _part("case.charging", _BOOL, _SEEN),
    _part("case.open", _BOOL, _SEEN),
    _event("case.opened"),
    _event("case.closed"),
    _part("earphones.connected", _BOOL, _SEEN, privacy="personal"),
    _part("earphones.noise_mode", _WHOLE, _SET, choices=("off", "cancelling", "transparent")),
    _action("earphones.locate"),
    _part("input.power_w", _NUMBER, _SEEN, "watt"),
    _part("output.on", _BOOL, _SET),
    _part("output.power_w", _NUMBER, _SEEN, "watt"),
    _part("output.delivered_wh", _NUMBER, _SEEN, "watt_hour"),
    _part("output.fast_charge", _BOOL, _SET),
    _part("output.low_current", _BOOL, _SET),
    _event("output.overload"),
)

_BODY: Final[tuple[Part, ...]] = (
    _part("activity.steps", _WHOLE, _SEEN, "step", privacy="personal"),
    _part("activity.distance_m", _NUMBER, _SEEN, "meter", privacy="personal"),
    _part("activity.energy_kcal", _NUMBER, _SEEN, "kilocalorie", privacy="personal"),
    _part("activity.state", _WHOLE, _SEEN, choices=("still", "walking"), privacy="personal"),
    _part("activity.goal_steps", _WHOLE, _SET, "step", privacy="personal"),
    _event("activity.goal_reached"),
    _part("heart.rate", _WHOLE, _SEEN, "bpm", privacy="health"),
    _part("heart.resting_rate", _WHOLE, _SEEN, "bpm", privacy="health"),
    _event("heart.rate_high"),
    _part("body.blood_oxygen", _NUMBER, _SEEN, "percent", privacy="health"),
    _part("body.skin_temperature", _NUMBER, _SEEN, "celsius", privacy="health"),
    _part("body.stress", _NUMBER, _SEEN, privacy="health"),
    _part("body.weight", _NUMBER, _SEEN, "kilogram", privacy="health"),
    _part("body.mass_index", _NUMBER, _SEEN, privacy="health"),
    _part("body.fat", _NUMBER, _SEEN, "percent", privacy="health"),
    _part("body.water", _NUMBER, _SEEN, "percent", privacy="health"),
    _part("body.muscle_mass", _NUMBER, _SEEN, "kilogram", privacy="health"),
    _part("body.bone_mass", _NUMBER, _SEEN, "kilogram", privacy="health"),
    _part("body.impedance", _NUMBER, _SEEN, "ohm", privacy="health"),
    _event("scale.measured"),
    _part("scale.unit", _WHOLE, _SET, choices=("kilogram",)),
    _part("sleep.stage", _WHOLE, _SEEN, choices=("awake", "light", "deep"), privacy="health"),
    _part("sleep.duration_s", _WHOLE, _SEEN, "second", privacy="health"),
    _part("wearable.worn", _BOOL, _SEEN, privacy="personal"),
    _action("wearable.locate"),
    _action("wearable.notify", "text"),
)

_DOOR: Final[tuple[Part, ...]] = (
    _part("contact.open", _BOOL, _SEEN, privacy="personal"),
    _part("contact.openings", _WHOLE, _SEEN, privacy="personal"),
    _event("contact.opened"),
    _event("contact.closed"),
    _event("contact.left_open"),
    _event("contact.tampered"),
)

PARTS: Final[Mapping[str, Part]] = _by_address(
    (
        *_AIR,
        *_SHARED,
        *_AIR_MOVERS,
        *_CLIMATE,
        *_LIGHT,
        *_PLUG,
        *_NETWORK,
        *_CLEANER,
        *_TELEVISION,
        *_CARRIED,
        *_BODY,
        *_DOOR,
    )
)
"""Standard part by address."""
