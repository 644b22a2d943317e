"""Whether a product has what its device class asks for (ECO-SPEC-004)."""

from collections.abc import Iterator
from typing import Final

from protocol.classes import CLASSES, is_known
from protocol.errors import Violation
from protocol.parts import ActionPart, EventPart, Part, PropertyPart
from protocol.product_model import Action, EventKind, ProductSpec, Property, Value

RULE: Final = "ECO-SPEC-004"

_STRICTNESS: Final = {"none": 0, "personal": 1, "health": 2}


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
