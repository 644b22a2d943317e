"""Whether a well-formed product spec makes sense: ECO-SPEC-004 to -008, -016 and -017."""

import math
from collections.abc import Iterable, Iterator
from typing import Final

from protocol import class_check
from protocol.errors import Violation, printable
from protocol.product_model import (
    INTEGER_LIMITS,
    Action,
    EventKind,
    ProductSpec,
    Property,
    Service,
    Titles,
    Value,
)
from protocol.units import UNITS

MAX_STEPS: Final = 2**53
"""Most steps in a range: beyond, a double cannot tell one from the next."""


def check(spec: ProductSpec) -> Iterator[Violation]:
    """Yield what does not make sense, in the order of the document, the class's parts last."""
    yield from _title("title", spec.title)
    yield from _unique((f"services.{n}", s.name) for n, s in enumerate(spec.services))
    for number, service in enumerate(spec.services):
        yield from _service(f"services.{number}", service)
    yield from class_check.check(spec)


def _service(path: str, service: Service) -> Iterator[Violation]:
    yield from _title(f"{path}.title", service.title)
    yield from _unique(
        [
            *((f"{path}.properties.{n}", p.name) for n, p in enumerate(service.properties)),
            *((f"{path}.actions.{n}", a.name) for n, a in enumerate(service.actions)),
            *((f"{path}.events.{n}", e.name) for n, e in enumerate(service.events)),
        ]
    )
    for number, part in enumerate(service.properties):
        yield from _property(f"{path}.properties.{number}", part)
    for number, action in enumerate(service.actions):
        yield from _action(f"{path}.actions.{number}", action)
    for number, event in enumerate(service.events):
        yield from _event(f"{path}.events.{number}", event)


def _property(path: str, part: Property) -> Iterator[Violation]:
    yield from _value(path, part)
    if part.is_writable:
        yield from _bounded(path, part)
    detail = ""
    if not part.access:
        detail = "a property that nobody may read, write or hear of is none"
    elif len(set(part.access)) < len(part.access):
        detail = "each kind of access stands once"
    elif "notify" in part.access and not part.is_readable:
        detail = (
            "what is sent when it changes is readable too: a lost state is healed by a full one"
        )
    if detail:
        yield Violation("ECO-SPEC-016", f"{path}.access", ", ".join(part.access), detail)


def _action(path: str, action: Action) -> Iterator[Violation]:
    yield from _title(f"{path}.title", action.title)
    yield from _values(f"{path}.arguments", action.arguments)
    for number, value in enumerate(action.arguments):
        yield from _bounded(f"{path}.arguments.{number}", value)
    yield from _values(f"{path}.results", action.results)


def _event(path: str, event: EventKind) -> Iterator[Violation]:
    yield from _title(f"{path}.title", event.title)
    yield from _values(f"{path}.arguments", event.arguments)


def _values(path: str, values: tuple[Value, ...]) -> Iterator[Violation]:
    yield from _unique((f"{path}.{number}", value.name) for number, value in enumerate(values))
    for number, value in enumerate(values):
        yield from _value(f"{path}.{number}", value)


def _value(path: str, value: Value) -> Iterator[Violation]:
    yield from _title(f"{path}.title", value.title)
    yield from _unit(f"{path}.unit", value)
    yield from _range(f"{path}.range", value)
    yield from _enum(f"{path}.enum", value)
    if value.max_length is not None and value.format != "string":
        detail = f"only texts have a length, and this is {value.format}"
        yield Violation("ECO-SPEC-006", f"{path}.max_length", str(value.max_length), detail)


def _bounded(path: str, value: Value) -> Iterator[Violation]:
    detail = ""
    if value.is_number and value.range is None and value.enum is None:
        detail = "a number that can be sent to the device has a range or an enumeration"
    elif value.format == "string" and value.max_length is None:
        detail = "a text that can be sent to the device has a max_length"
    if detail:
        yield Violation("ECO-SPEC-017", path, value.name, detail)


def _title(path: str, title: Titles) -> Iterator[Violation]:
    if "en" not in title:
        seen = printable(", ".join(title))
        yield Violation("ECO-SPEC-008", path, seen, "there is no English title: en is missing")


def _unique(named: Iterable[tuple[str, str]]) -> Iterator[Violation]:
    first: dict[str, str] = {}
    for path, name in named:
        if name in first:
            detail = f"{first[name]} has this name already"
            yield Violation("ECO-SPEC-007", f"{path}.name", name, detail)
        first.setdefault(name, path)


def _unit(path: str, value: Value) -> Iterator[Violation]:
    if value.unit is None:
        return
    if value.unit not in UNITS:
        detail = "it is not in the registry of units; one without a unit leaves it out"
        yield Violation("ECO-SPEC-005", path, value.unit, detail)
    elif not value.is_number:
        detail = f"only numbers have a unit, and this is {value.format}"
        yield Violation("ECO-SPEC-005", path, value.unit, detail)


def _range(path: str, value: Value) -> Iterator[Violation]:
    if value.range is None:
        return
    detail = _range_fault(value, *value.range)
    if detail:
        yield Violation("ECO-SPEC-006", path, printable(list(value.range)), detail)


def _range_fault(value: Value, low: float, high: float, step: float) -> str:
    if not value.is_number:
        return f"only numbers have a range, and this is {value.format}"
    if value.enum is not None:
        return "a value has a range or an enumeration, not both"
    if low > high:
        return f"the minimum {low} is above the maximum {high}"
    if step < 0:
        return f"the step {step} is below 0"
    if value.is_integer:
        return _integer_range_fault(value, low, high, step)
    if not math.isfinite(high - low) or (step and (high - low) / step > MAX_STEPS):
        return "the range is so wide that its steps cannot be told apart"
    return ""


def _integer_range_fault(value: Value, low: float, high: float, step: float) -> str:
    least, most = INTEGER_LIMITS[value.format]
    if any(number != int(number) for number in (low, high, step)):
        return f"the range of {value.format} is made of whole numbers"
    if low < least or high > most:
        return f"{value.format} goes from {least} to {most}"
    return ""


def _enum(path: str, value: Value) -> Iterator[Violation]:
    if value.enum is None:
        return
    if not value.is_integer:
        detail = f"only whole numbers are enumerated, and this is {value.format}"
        yield Violation("ECO-SPEC-006", path, "", detail)
        return
    if not value.enum:
        yield Violation("ECO-SPEC-006", path, "[]", "an enumeration has at least one value")
    least, most = INTEGER_LIMITS[value.format]
    values, names = set[int](), set[str]()
    for number, choice in enumerate(value.enum):
        where = f"{path}.{number}"
        yield from _title(f"{where}.title", choice.title)
        if not least <= choice.value <= most:
            detail = f"{value.format} goes from {least} to {most}"
            yield Violation("ECO-SPEC-006", f"{where}.value", str(choice.value), detail)
        if choice.value in values:
            detail = "the value stands twice"
            yield Violation("ECO-SPEC-006", f"{where}.value", str(choice.value), detail)
        if choice.name in names:
            yield Violation("ECO-SPEC-006", f"{where}.name", choice.name, "the name stands twice")
        values.add(choice.value)
        names.add(choice.name)
