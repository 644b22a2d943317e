"""Named parts to a product spec and its mapping."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from protocol import class_check, classes
from protocol.ids import Address
from protocol.miot import standard
from protocol.miot.drafts import Named
from protocol.miot.instance import Instance
from protocol.miot.mapping import ActionPlace, EventPlace, PropertyPlace, WireMapping
from protocol.miot.texts import clean, words
from protocol.product_model import Action, EventKind, ProductSpec, Property, Service, Titles, Ui

MAX_IDENTITY: Final = 64
"""Longest vendor and product, in characters."""

_TITLES: Final[Mapping[str, tuple[str, str]]] = {
    "air": ("Air", "空气"),
    "controls": ("Controls", "控制"),
    "display": ("Display", "显示屏"),
    "purifier": ("Air purifier", "空气净化器"),
    "climate": ("Climate", "温湿度"),
    "cleaner": ("Robot cleaner", "扫地机器人"),
    "brush": ("Brush", "刷子"),
    "tank": ("Water tank", "水箱"),
    "meter": ("Meter", "电表"),
    "sound": ("Sound", "声音"),
    "status": ("Status", "状态"),
    "outlet": ("Outlet", "插座"),
    "sensor": ("Sensor", "传感器"),
    "heart": ("Heart", "心率"),
}
_PRIMARY: Final = (
    *("purifier.power", "light.on", "fan.on", "outlet.on", "heater.on", "humidifier.on"),
    *("air_conditioner.on", "television.on"),
)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who made which product, as its type tells it."""

    vendor: str
    product: str
    title: Titles


def identity(instance: Instance, title: Titles) -> Identity:
    """Return vendor and product: `zhimi-mb4` of an air purifier is zhimi, air-purifier-mb4."""
    vendor, _, model = clean(instance.urn.model).partition("-")
    kind = clean(instance.urn.name)
    product = "-".join(word for word in (kind, model) if word)
    return Identity(_short(vendor or "unknown"), _short(product or "device"), title)


def assemble(
    own: Identity,
    instance: Instance,
    parts: Sequence[Named],
    titles: Mapping[str, Titles],
) -> tuple[ProductSpec, tuple[str, ...]]:
    """Return the product spec, and what it lacks of the class that its type has here.

    Args:
        own: Vendor and product.
        instance: Where the version comes from.
        parts: With their addresses, each once.
        titles: Of services by name; others are named after a table, or their name.
    """
    spec = ProductSpec(
        eco="1.0",
        vendor=own.vendor,
        product=own.product,
        version=instance.urn.version,
        title=own.title,
        services=_services(_with_primary(parts), titles),
    )
    wanted = standard.CLASSES.get(instance.urn.name) if instance.urn.is_standard else None
    if wanted is None or wanted not in classes.CLASSES:
        return spec, ()
    classed = spec.model_copy(update={"device_class": wanted})
    lacks = tuple(violation.detail for violation in class_check.check(classed))
    return (spec, lacks) if lacks else (classed, ())


def mapping(urn: str, parts: Sequence[Named]) -> WireMapping:
    """Return where each address stands on the wire."""
    properties: dict[Address, PropertyPlace] = {}
    actions: dict[Address, ActionPlace] = {}
    events: dict[Address, EventPlace] = {}
    for each in parts:
        draft, address = each.draft, Address(each.address)
        match each.part:
            case Property():
                place = PropertyPlace(draft.siid, draft.iid, draft.format, draft.access)
                properties[address] = place
            case Action():
                slots = draft.arguments, draft.results
                actions[address] = ActionPlace(draft.siid, draft.iid, *slots)
            case _:
                events[address] = EventPlace(draft.siid, draft.iid, draft.arguments)
    return WireMapping(urn, properties, actions, events)


def service_title(name: str) -> Titles:
    """Return what people call a service of which no description is known."""
    if name in _TITLES:
        return dict(zip(("en", "zh"), _TITLES[name], strict=True))
    return {"en": words(name.rpartition(":")[2])}


def _services(parts: Sequence[Named], titles: Mapping[str, Titles]) -> tuple[Service, ...]:
    groups: dict[str, list[Property | Action | EventKind]] = {}
    for each in sorted(parts, key=lambda each: (each.draft.siid, each.draft.iid)):
        groups.setdefault(each.service, []).append(each.part)
    return tuple(
        Service(
            name=name,
            title=titles.get(name) or service_title(name),
            properties=tuple(part for part in group if isinstance(part, Property)),
            actions=tuple(part for part in group if isinstance(part, Action)),
            events=tuple(part for part in group if isinstance(part, EventKind)),
        )
        for name, group in groups.items()
    )


def _with_primary(parts: Sequence[Named]) -> list[Named]:
    """Mark the one control for the tile: what switches the whole device."""
    switches = [each for each in parts if _is_switch(each)]
    ranked = sorted(switches, key=lambda each: (not _is_main(each), each.draft.siid))
    if not ranked:
        return list(parts)
    first = ranked[0]
    marked = first.part.model_copy(update={"ui": Ui(rank=10, is_primary=True)})
    made = Named(first.service, first.draft, marked, first.is_standard)
    return [made if each is first else each for each in parts]


def _is_main(each: Named) -> bool:
    return each.is_standard and each.address in _PRIMARY


def _is_switch(each: Named) -> bool:
    part = each.part
    if not isinstance(part, Property) or part.format != "bool" or not part.is_writable:
        return False
    return each.draft.urn.is_standard and each.draft.urn.name == "on"


def _short(text: str) -> str:
    return text[:MAX_IDENTITY].strip()
