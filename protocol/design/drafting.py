"""`draft`: a first product spec of a device class, with all that the class asks for."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from protocol.classes import CLASSES
from protocol.part_titles import PART_TITLES
from protocol.parts import ActionPart, EventPart, Part, PropertyPart
from protocol.version import PROTOCOL

_ENDS: Final[Mapping[str, tuple[float, float, float]]] = {
    "percent": (0, 100, 1),
    "celsius": (-40, 125, 0.1),
    "ug_m3": (0, 1000, 1),
    "mg_m3": (0, 10, 0.001),
    "ppm": (0, 10000, 1),
    "ppb": (0, 60000, 1),
    "lux": (0, 100000, 1),
    "watt": (0, 10000, 0.1),
    "volt": (0, 500, 0.1),
    "rgb": (0, 16777215, 1),
    "color_kelvin": (1500, 9000, 50),
    "second": (0, 86400, 1),
}
"""What numbers of a unit usually lie between, for the author to narrow."""


class DraftError(Exception):
    """There is no such class, or no such part of it; says which there are."""


def draft(
    class_name: str, vendor: str, product: str, optional: Iterable[str] = ()
) -> dict[str, Any]:
    """Return the fields of a product spec with the required parts of a class.

    Args:
        class_name: Key of `protocol.classes.CLASSES`.
        vendor: As it will announce itself.
        product: As it will announce itself.
        optional: Addresses of the class's optional parts to have as well.

    Raises:
        DraftError: The class, or a part of it, is not known.
    """
    kind = CLASSES.get(class_name)
    if kind is None:
        raise DraftError(f"there is no class {class_name}; the classes are {', '.join(CLASSES)}")
    may_have: dict[str, Part] = {part.address: part for part in kind.optional}
    unknown = [address for address in optional if address not in may_have]
    if unknown:
        raise DraftError(f"{class_name} has no {unknown[0]}; it may have {', '.join(may_have)}")
    services: dict[str, dict[str, Any]] = {}
    for part in (*kind.required, *(may_have[address] for address in optional)):
        name, _, own = part.address.partition(".")
        service = services.setdefault(name, {"name": name, "title": _plain(name)})
        group, fields = _fields(part, own, is_first=part is kind.required[0])
        service.setdefault(group, []).append(fields)
    return {
        "eco": str(PROTOCOL),
        "vendor": vendor,
        "product": product,
        "version": 1,
        "class": class_name,
        "title": {"en": kind.title["en"]},
        "services": list(services.values()),
    }


def document(fields: Mapping[str, Any]) -> str:
    """Return a draft as text, to be edited."""
    return json.dumps(fields, indent=2, ensure_ascii=False) + "\n"


def _fields(part: Part, name: str, *, is_first: bool) -> tuple[str, dict[str, Any]]:
    fields: dict[str, Any] = {"name": name, "title": _title(part.address)}
    match part:
        case ActionPart():
            group = "actions"
        case EventPart():
            group = "events"
        case PropertyPart():
            group = "properties"
            fields |= _value(part)
    if is_first and group != "events":
        fields["ui"] = {"icon": name.replace("_", "-"), "rank": 10, "is_primary": True}
    if isinstance(part, ActionPart | EventPart) and part.arguments:
        fields["arguments"] = [_argument(each) for each in part.arguments]
    return group, fields


def _value(part: PropertyPart) -> dict[str, Any]:
    form = "float" if "float" in part.formats else part.formats[0]
    fields: dict[str, Any] = {"format": form}
    if part.choices:
        fields["enum"] = [
            {"value": number, "name": choice, "title": _plain(choice)}
            for number, choice in enumerate(part.choices)
        ]
    elif form == "string":
        fields["max_length"] = 64
    elif form != "bool":
        is_wish = part.unit == "celsius" and "write" in part.access
        fields["range"] = (
            [16, 30, 0.5] if is_wish else list(_ENDS.get(part.unit or "", (0, 100, 1)))
        )
        if form == "uint8" and fields["range"][1] > 255:
            fields["format"] = "uint32"
    if part.unit:
        fields["unit"] = part.unit
    fields["access"] = list(part.access)
    if part.privacy != "none":
        fields["privacy"] = part.privacy
    if part.unit and "write" not in part.access:
        fields["max_age_s"] = 1200
    return fields


def _argument(name: str) -> dict[str, Any]:
    return {"name": name, "title": _plain(name), "format": "string", "max_length": 64}


def _title(address: str) -> dict[str, str]:
    return {"en": PART_TITLES[address][0]}


def _plain(name: str) -> dict[str, str]:
    words = name.replace("_", " ")
    return {"en": words[0].upper() + words[1:]}
