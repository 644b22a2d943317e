"""`compare`: whether a new version of a product spec only adds to the one before.

ECO-SPEC-010 and ECO-SPEC-011, part by part. What a person or a program could rely on has to stay:
what can be set, called, read and heard, in the same form.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from protocol.design.names import own_name
from protocol.design.outline import AnyPart, placed
from protocol.product_model import (
    INTEGER_LIMITS,
    Action,
    EventKind,
    ProductSpec,
    Property,
    Value,
)

ONLY_ADD: Final = "ECO-SPEC-010"
HIGHER: Final = "ECO-SPEC-011"

_STRICTNESS: Final = ("none", "personal", "health")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions.

    Attributes:
        kind: `added`; `kept` for a change that breaks nothing; `broken`.
        path: Address, with what of it has changed: `fan.level.range`.
        detail: Before and after.
        rule: That it breaks; empty unless broken.
        fix: What to do instead; empty unless broken.
    """

    kind: Literal["added", "kept", "broken"]
    path: str
    detail: str
    rule: str = ""
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Succession:
    """All differences; `is_safe` says that the new version may follow the old one."""

    changes: tuple[Change, ...]

    @property
    def is_safe(self) -> bool:
        """Whether nothing is broken."""
        return not any(change.kind == "broken" for change in self.changes)


def compare(old: ProductSpec, new: ProductSpec) -> Succession:
    """Say what differs between two versions of one product, and what of it breaks a rule.

    Both keep the norm already; `old` is what devices in the field have.
    """
    changes = [*_heads(old, new), *_parts(old, new)]
    if (changes or old != new) and new.version <= old.version:
        detail = f"version {old.version} becomes {new.version}, and the document has changed"
        fix = f"make it {old.version + 1}"
        changes.insert(0, Change("broken", "version", detail, HIGHER, fix))
    return Succession(tuple(changes))


def _heads(old: ProductSpec, new: ProductSpec) -> Iterator[Change]:
    for name in ("vendor", "product"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            fix = f"keep {before!r}: another {name} is another product, with a version 1 of its own"
            yield _broken(name, f"{before!r} becomes {after!r}", fix)
    if old.device_class != new.device_class:
        detail = f"{old.device_class or 'none'} becomes {new.device_class or 'none'}"
        if old.device_class is None:
            yield Change("added", "class", detail)
        else:
            yield _broken("class", detail, f"keep {old.device_class}")
    if old.rate_per_s != new.rate_per_s:
        detail = f"{old.rate_per_s:g} becomes {new.rate_per_s:g}"
        yield Change("kept", "rate_per_s", detail)


def _parts(old: ProductSpec, new: ProductSpec) -> Iterator[Change]:
    before: Mapping[str, AnyPart] = {address: part for address, _, part in placed(old)}
    after: Mapping[str, AnyPart] = {address: part for address, _, part in placed(new)}
    for address, part in before.items():
        if address not in after:
            yield _removed(address, part, before, after)
        else:
            yield from _part(old.vendor, address, part, after[address])
    for address, part in after.items():
        if address not in before:
            yield Change("added", address, _kind(part))


def _part(vendor: str, address: str, before: AnyPart, after: AnyPart) -> Iterator[Change]:
    better = _next_name(vendor, address)
    beside = f"leave {address} as it was, and declare {better} beside it"
    match before, after:
        case Property(), Property():
            yield from _value(address, before, after, beside)
            yield from _property(address, before, after)
        case Action(), Action():
            yield from _asked(address, before.arguments, after.arguments, beside)
            yield from _told(f"{address}.results", before.results, after.results, beside)
        case EventKind(), EventKind():
            yield from _told(f"{address}.arguments", before.arguments, after.arguments, beside)
        case _:
            detail = f"{_kind(before)} becomes {_kind(after)}"
            yield _broken(address, detail, beside)


def _asked(
    address: str, before: Sequence[Value], after: Sequence[Value], beside: str
) -> Iterator[Change]:
    """Arguments of an action: all have to be given, so that one more breaks every caller."""
    known = {value.name for value in before}
    for value in after:
        if value.name not in known:
            path, detail = f"{address}.arguments.{value.name}", f"argument {value.name} is new"
            yield _broken(path, detail, beside)
    yield from _values(f"{address}.arguments", before, after, beside)


def _told(
    path: str, before: Sequence[Value], after: Sequence[Value], beside: str
) -> Iterator[Change]:
    known = {value.name for value in before}
    for value in after:
        if value.name not in known:
            yield Change("added", f"{path}.{value.name}", f"{value.format} {value.name}")
    yield from _values(path, before, after, beside)


def _values(
    path: str, before: Sequence[Value], after: Sequence[Value], beside: str
) -> Iterator[Change]:
    found = {value.name: value for value in after}
    for value in before:
        if value.name not in found:
            yield _broken(f"{path}.{value.name}", f"{value.name} is gone", beside)
        else:
            yield from _value(f"{path}.{value.name}", value, found[value.name], beside)


def _value(path: str, before: Value, after: Value, beside: str) -> Iterator[Change]:
    if not _holds(before.format, after.format):
        detail = f"{before.format} becomes {after.format}"
        yield _broken(f"{path}.format", detail, beside)
        return
    if before.unit != after.unit:
        detail = f"{before.unit or 'no unit'} becomes {after.unit or 'no unit'}"
        yield _broken(f"{path}.unit", detail, beside)
    yield from _range(path, before, after)
    yield from _enum(path, before, after, beside)
    was, now = before.max_length, after.max_length
    if now is not None and (was is None or now < was):
        detail = f"{was or 'any length'} becomes {now}"
        yield _broken(f"{path}.max_length", detail, f"keep {was or 'it without one'}")


def _enum(path: str, before: Value, after: Value, beside: str) -> Iterator[Change]:
    if before.enum is None:
        if after.enum is not None:
            fix = beside
            yield _broken(f"{path}.enum", "only some values are left", fix)
        return
    names = {choice.value: choice.name for choice in after.enum or ()}
    for choice in before.enum:
        where, now = f"{path}.enum.{choice.value}", names.get(choice.value)
        if now is None:
            yield _broken(where, f"{choice.name} is gone", "declare it as it was")
        elif now != choice.name:
            detail = f"{choice.name} is called {now}"
            fix = f"keep {choice.name}, and give {now} a value of its own"
            yield _broken(where, detail, fix)
    known = {choice.value for choice in before.enum}
    for choice in after.enum or ():
        if choice.value not in known:
            yield Change("added", f"{path}.enum.{choice.value}", choice.name)


def _removed(
    address: str, part: AnyPart, before: Mapping[str, AnyPart], after: Mapping[str, AnyPart]
) -> Change:
    twins = [
        other
        for other, candidate in after.items()
        if other not in before and _same_but_name(part, candidate)
    ]
    if len(twins) == 1:
        detail = f"{_kind(part)} {address} is called {twins[0]}"
        fix = f"declare both, {address} as it was and {twins[0]} beside it"
        return _broken(address, detail, fix)
    return _broken(address, f"{_kind(part)} {address} is gone", "declare it as it was")


def _same_but_name(one: AnyPart, other: AnyPart) -> bool:
    return (
        type(one) is type(other)
        and one.model_copy(update={"name": other.name, "title": other.title}) == other
    )


def _property(address: str, before: Property, after: Property) -> Iterator[Change]:
    lost = [each for each in before.access if each not in after.access]
    gained = [each for each in after.access if each not in before.access]
    if lost:
        fix = f"keep {', '.join(lost)} in its access"
        yield _broken(f"{address}.access", f"{', '.join(lost)} is gone", fix)
    if gained:
        yield Change("added", f"{address}.access", ", ".join(gained))
    was, now = _STRICTNESS.index(before.privacy), _STRICTNESS.index(after.privacy)
    if now < was:
        detail = f"{before.privacy} becomes {after.privacy}"
        fix = f"keep {before.privacy}: people have been promised it"
        yield _broken(f"{address}.privacy", detail, fix)
    elif now > was:
        yield Change("kept", f"{address}.privacy", f"{before.privacy} becomes {after.privacy}")


def _holds(before: str, after: str) -> bool:
    """Say whether every value of the old format is one of the new."""
    if before == after:
        return True
    if before not in INTEGER_LIMITS:
        return False
    low, high = INTEGER_LIMITS[before]
    if after == "float":
        return False  # who expects whole numbers gets others
    least, most = INTEGER_LIMITS.get(after, (1, 0))
    return least <= low and high <= most


def _range(path: str, before: Value, after: Value) -> Iterator[Change]:
    was, now = before.range, after.range
    if was == now:
        return
    detail = f"{_in_words(was)} becomes {_in_words(now)}"
    if now is not None and not _covers(now, was or _all_of(before)):
        yield _broken(f"{path}.range", detail, f"keep {_in_words(was)}, or widen it")
    else:
        yield Change("kept", f"{path}.range", detail)


def _all_of(value: Value) -> tuple[float, float, float]:
    low, high = INTEGER_LIMITS.get(value.format, (-math.inf, math.inf))
    return low, high, 1 if value.is_integer else 0


def _covers(wide: tuple[float, float, float], narrow: tuple[float, float, float]) -> bool:
    """Say whether every value of `narrow` is one of `wide`."""
    low, high, step = wide
    least, most, stride = narrow
    if low > least or high < most:
        return False
    if not step:
        return True
    return bool(stride) and _is_whole((least - low) / step) and _is_whole(stride / step)


def _is_whole(number: float) -> bool:
    return abs(number - round(number)) < 1e-6


def _in_words(span: tuple[float, float, float] | None) -> str:
    if span is None:
        return "no range"
    return (
        f"{span[0]:g} to {span[1]:g} by {span[2]:g}" if span[2] else f"{span[0]:g} to {span[1]:g}"
    )


def _next_name(vendor: str, address: str) -> str:
    """Return how a part of a new form is called: as the old one, numbered, and the vendor's own."""
    stem, _, number = address.rpartition("_v")
    numbered = f"{stem}_v{int(number) + 1}" if stem and number.isdigit() else f"{address}_v2"
    return own_name(vendor, numbered)


def _kind(part: AnyPart) -> str:
    return {Action: "action", EventKind: "event"}.get(type(part), "property")


def _broken(path: str, detail: str, fix: str) -> Change:
    return Change("broken", path, detail, ONLY_ADD, fix)
