"""Device classes: which standard parts a product of a class has, and which it may have."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from protocol.errors import Violation
from protocol.parts import PARTS, ActionPart, EventPart, Part, PropertyPart
from protocol.product_model import Action, EventKind, ProductSpec, Property, Value

RULE: Final = "ECO-SPEC-004"

_STRICTNESS: Final = {"none": 0, "personal": 1, "health": 2}


@dataclass(frozen=True, slots=True)
class DeviceClass:
    """A kind of device that apps know how to show.

    Attributes:
        title: What people call it, by language, `en` and `zh`.
        icon: Name from the app's icon set.
        required: Parts that every product of the class has.
        optional: Parts that mean this, and nothing else, where a product of the class has them.
    """

    name: str
    title: Mapping[str, str]
    icon: str
    required: tuple[Part, ...]
    optional: tuple[Part, ...] = ()


def _class(
    name: str, titles: tuple[str, str], icon: str, required: str, optional: str
) -> DeviceClass:
    title = MappingProxyType(dict(zip(("en", "zh"), titles, strict=True)))
    parts = [tuple(PARTS[address] for address in text.split()) for text in (required, optional)]
    return DeviceClass(name, title, icon, *parts)


CLASSES: Final[Mapping[str, DeviceClass]] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            _class(
                "air_purifier",
                ("Air purifier", "空气净化器"),
                "air-purifier",
                "purifier.power purifier.mode fan.level air.pm2_5 filter.life",
                "air.temperature air.humidity filter.reset filter.worn controls.child_lock"
                " light.brightness",
            ),
            _class(
                "router",
                ("Router", "路由器"),
                "router",
                "router.clients router.uptime_s router.reboot wifi.on wifi.ssid",
                "router.download_bps router.upload_bps router.client_joined router.client_left"
                " wifi.channel guest_wifi.on guest_wifi.password",
            ),
            _class(
                "smart_plug",
                ("Smart plug", "智能插座"),
                "smart-plug",
                "outlet.on",
                "outlet.power_w outlet.energy_wh outlet.voltage_v outlet.overload"
                " outlet.reset_energy",
            ),
            _class(
                "environment_sensor",
                ("Environment sensor", "环境传感器"),
                "environment-sensor",
                "air.temperature air.humidity",
                "air.co2 air.illuminance air.pm2_5 battery.level sensor.interval_s sensor.identify",
            ),
        )
    }
)
"""Device class by name; a vendor's own class carries its namespace and has no rules here."""


def is_known(name: str) -> bool:
    """Say whether `name` is a class of this version, or one of a vendor's own."""
    return name in CLASSES or ":" in name


def check(spec: ProductSpec) -> Iterator[Violation]:
    """Yield where the product does not have what its class asks for (ECO-SPEC-004)."""
    name = spec.device_class
    if name is None:
        return
    if not is_known(name):
        detail = f"the classes are {', '.join(CLASSES)}; one of your own is named vendor:{name}"
        yield Violation(RULE, "class", name, detail)
    device_class = CLASSES.get(name)
    if device_class is None:
        return
    found = _by_address(spec)
    for part in device_class.required + device_class.optional:
        if part.address in found:
            yield from _differences(part, *found[part.address])
        elif part in device_class.required:
            detail = f"class {name} requires {_describe(part)}"
            yield Violation(RULE, "services", part.address, detail)


_Found = tuple[str, Property | Action | EventKind]


def _by_address(spec: ProductSpec) -> dict[str, _Found]:
    found: dict[str, _Found] = {}
    for index, service in enumerate(spec.services):
        kinds: dict[str, tuple[Property | Action | EventKind, ...]] = {
            "properties": service.properties,
            "actions": service.actions,
            "events": service.events,
        }
        for kind, parts in kinds.items():
            for number, part in enumerate(parts):
                path = f"services.{index}.{kind}.{number}"
                found[f"{service.name}.{part.name}"] = (path, part)
    return found


def _differences(
    part: Part, path: str, declared: Property | Action | EventKind
) -> Iterator[Violation]:
    match part, declared:
        case PropertyPart(), Property():
            yield from _property_differences(part, path, declared)
        case ActionPart(), Action():
            yield from _argument_differences(part, path, declared.arguments)
        case EventPart(), EventKind():
            yield from _argument_differences(part, path, declared.arguments)
        case _:
            yield Violation(RULE, path, part.address, f"it has to be {_describe(part)}")


def _argument_differences(
    part: ActionPart | EventPart, path: str, declared: tuple[Value, ...]
) -> Iterator[Violation]:
    names = {argument.name for argument in declared}
    for name in part.arguments:
        if name not in names:
            detail = f"{part.address} has the argument {name}"
            yield Violation(RULE, f"{path}.arguments", name, detail)


def _property_differences(part: PropertyPart, path: str, declared: Property) -> Iterator[Violation]:
    where = part.address
    if declared.format not in part.formats:
        detail = f"the format of {where} is one of {', '.join(part.formats)}"
        yield Violation(RULE, f"{path}.format", declared.format, detail)
    if not set(part.access) <= set(declared.access):
        detail = f"the access of {where} is at least {', '.join(part.access)}"
        yield Violation(RULE, f"{path}.access", ", ".join(declared.access), detail)
    if declared.unit != part.unit:
        detail = f"the unit of {where} is {part.unit}" if part.unit else f"{where} has no unit"
        yield Violation(RULE, f"{path}.unit", declared.unit or "", detail)
    if _STRICTNESS[declared.privacy] < _STRICTNESS[part.privacy]:
        detail = f"the privacy of {where} is {part.privacy} or stricter"
        yield Violation(RULE, f"{path}.privacy", declared.privacy, detail)
    names = {choice.name for choice in declared.enum or ()}
    missing = [name for name in part.choices if name not in names]
    if missing:
        detail = f"the enumeration of {where} has {', '.join(part.choices)}"
        yield Violation(RULE, f"{path}.enum", ", ".join(sorted(names)), detail)


def _describe(part: Part) -> str:
    if isinstance(part, ActionPart | EventPart):
        kind = "action" if isinstance(part, ActionPart) else "event"
        return f"the {kind} {part.address}"
    unit = f" in {part.unit}" if part.unit else ""
    kind = part.formats[0] if len(part.formats) == 1 else "number"
    return f"the property {part.address}: {kind}{unit}, {', '.join(part.access)}"
