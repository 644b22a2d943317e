"""Design rules about values: units, ranges, steps, and switches that came as numbers."""

import re
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from protocol.design.findings import Finding
from protocol.design.outline import placed, values
from protocol.parts import PARTS
from protocol.product_model import ProductSpec, Property, Value

MOST_STEPS: Final = 1_000
MOST_CHOICES: Final = 12

_USUAL: Final[Mapping[str, str]] = MappingProxyType(
    {
        "kelvin": "celsius",
        "fahrenheit": "celsius",
        "kilowatt_hour": "watt_hour",
        "pascal": "hectopascal",
        "millivolt": "volt",
        "milliampere": "ampere",
    }
)
"""Unit by which it is told instead."""

_SUFFIXES: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "_w": frozenset({"watt"}),
        "_wh": frozenset({"watt_hour"}),
        "_kwh": frozenset({"kilowatt_hour"}),
        "_v": frozenset({"volt"}),
        "_mv": frozenset({"millivolt"}),
        "_a": frozenset({"ampere"}),
        "_ma": frozenset({"milliampere"}),
        "_s": frozenset({"second"}),
        "_ms": frozenset({"millisecond"}),
        "_rpm": frozenset({"rpm"}),
        "_m2": frozenset({"square_meter"}),
        "_kcal": frozenset({"kilocalorie"}),
        "_bps": frozenset({"bit_per_second"}),
        "_bytes": frozenset({"byte"}),
    }
)
"""End of a name and the units that it may stand for."""

_MEASURED: Final = re.compile(
    r"temperature|humidity|pressure|power|energy|voltage|current|illuminance|brightness|battery"
    r"|co2|pm2_5|pm10|tvoc|speed|distance|weight|volume|duration|angle|heart|noise|percent|life"
)
_ON_OFF: Final = (
    {"on", "off"},
    {"open", "close"},
    {"open", "closed"},
    {"yes", "no"},
    {"true", "false"},
)
_TIMES: Final = frozenset({"second", "millisecond", "minute"})
"""Set with a clock or a wheel, not with a slider."""

_PEOPLE: Final = re.compile(
    r"occup|presence|motion|people|person|visitor|client|heart(?!beat)|pulse|sleep_|steps|weight|body"
    r"|location|latitude|longitude|blood|stress|worn|door|lock_state"
)


def check(spec: ProductSpec) -> Iterator[Finding]:
    """Yield what is odd about the values of a product."""
    for path, value in values(spec):
        if value.is_number:
            yield from _unit(path, value)
            yield from _range(path, value)
            yield from _switch(path, value)
    for address, _, part in placed(spec):
        if isinstance(part, Property):
            yield from _control(address, part)
            yield from _telling(address, part)


def _unit(path: str, value: Value) -> Iterator[Finding]:
    usual = _USUAL.get(value.unit or "")
    if value.unit is None and value.enum is None and _MEASURED.search(value.name):
        if path not in PARTS:
            detail = f"{value.name} is measured in nothing"
            yield Finding("unit-missing", path, detail, "add a unit of section 8.5 of SPEC.md")
    elif usual and path not in PARTS:
        fix = f"tell it in {usual}, as the standard parts do"
        yield Finding("unit-unusual", path, f"the unit is {value.unit}", fix)
    for suffix, units in _SUFFIXES.items():
        if value.name.endswith(suffix) and value.unit is not None and value.unit not in units:
            wanted = " or ".join(sorted(units))
            detail = f"the name ends with {suffix}, the unit is {value.unit}"
            yield Finding(
                "unit-contradicts-name", path, detail, f"tell it in {wanted}, or rename it"
            )


def _range(path: str, value: Value) -> Iterator[Finding]:
    if value.range is None:
        if value.enum is None and value.unit != "rgb":
            yield Finding("range-missing", path, "no range", "add minimum, maximum and step")
        return
    low, high, _ = value.range
    if low == high:
        fix = "widen it, or leave the part out"
        yield Finding("range-odd", path, f"only {low} is allowed", fix)
    elif value.unit == "percent" and "delta" not in value.name and not 0 <= low < high <= 100:
        detail = f"{low} to {high} percent"
        yield Finding("range-odd", path, detail, "tell 0 to 100, or use another unit")


def _switch(path: str, value: Value) -> Iterator[Finding]:
    names = {choice.name for choice in value.enum or ()}
    is_pair = any(names == pair for pair in _ON_OFF)
    is_bit = value.range is not None and value.is_integer and tuple(value.range[:2]) == (0, 1)
    if path not in PARTS and (is_pair or is_bit):
        detail = f"{value.format} that is {' or '.join(sorted(names)) or '0 or 1'}"
        yield Finding("switch-as-number", path, detail, "declare the format bool")


def _control(path: str, part: Property) -> Iterator[Finding]:
    if not part.is_writable:
        return
    if len(part.enum or ()) > MOST_CHOICES:
        detail = f"{len(part.enum or ())} choices"
        yield Finding("choices-many", path, detail, "split them, or offer those that people use")
    if part.range is None or part.unit in {"rgb", "color_kelvin"}:
        return
    low, high, step = part.range
    if not step:
        fix = "choose the smallest step that people notice"
        yield Finding("control-without-step", path, f"{low} to {high} without a step", fix)
    elif "time" not in part.name and part.unit not in _TIMES and (high - low) / step > MOST_STEPS:
        detail = f"{int((high - low) / step) + 1} values to choose from"
        yield Finding("control-without-step", path, detail, "choose a coarser step")


def _telling(path: str, part: Property) -> Iterator[Finding]:
    if part.is_readable and "notify" not in part.access:
        yield Finding("notify-missing", path, ", ".join(part.access), "add notify to its access")
    is_sensed = part.is_readable and not part.is_writable and part.unit not in {None, "rgb"}
    if is_sensed and part.max_age_s is None:
        fix = "add max_age_s, a few times the longest interval at which it is told"
        yield Finding("age-missing", path, "a measurement without an age", fix)
    if part.privacy == "none" and path not in PARTS and _PEOPLE.search(path):
        detail = f"{path} seems to tell of people"
        yield Finding("privacy-missing", path, detail, "add privacy: personal, or health")
