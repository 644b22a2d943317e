"""Values in the words of somebody who looks at a home: titles, not names; kWh, not 12,340 Wh."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from protocol.errors import printable
from protocol.ids import Address
from protocol.messages import Scalar
from protocol.product import Property, Value
from protocol.units import UNITS
from protocol.validator import CompiledProduct

if TYPE_CHECKING:
    from ecohub_client.shapes import TwinValue

_SCALED: Final[Mapping[str, tuple[str, ...]]] = {
    "bit_per_second": ("bit/s", "kbit/s", "Mbit/s", "Gbit/s"),
    "byte": ("B", "kB", "MB", "GB", "TB"),
    "watt_hour": ("Wh", "kWh", "MWh"),
}

_PLAIN: Final = frozenset({"Temperature", "Weight"})
_PLAIN_UNITS: Final = frozenset({"step", "bpm"})
"""Titles and units with which a number needs no other word."""

_OPPOSITES: Final[Mapping[str, str]] = {"Open": "closed"}

_WHITE: Final = 0xFFFFFF
"""Where a range ends that is one of colours."""

_TIMES: Final = ((86_400, "d"), (3_600, "h"), (60, "min"))


class Piece(NamedTuple):
    """One value as it is shown: what it is, if that needs saying, and the value."""

    address: Address
    label: str
    text: str


def pieces(twin: "Mapping[str, TwinValue]", product: CompiledProduct) -> Iterator[Piece]:
    """Yield the values of a device that say something, the most important first."""
    ranked = sorted(
        product.properties.items(), key=lambda i: (not i[1].ui.is_primary, i[1].ui.rank)
    )
    for address, declared in ranked:
        if address in twin and (said := _said(twin[address]["value"], declared)) is not None:
            yield Piece(address, *said)


def readable(given: Scalar, declared: Value) -> str:
    """Return a value as a person says it."""
    if isinstance(given, bool):
        return "on" if given else "off"
    title = next((c.title["en"] for c in declared.enum or () if c.value == given), None)
    if title is not None:
        return _lower(title)
    if isinstance(given, int | float):
        is_color = declared.range is not None and declared.range[:2] == (0, _WHITE)
        return f"#{int(given):06x}" if is_color else _number(given, declared.unit)
    return "—" if not given else f"“{printable(given, 60)}”"


def duration(seconds: float) -> str:
    """Return a time in its largest unit, with the next one below where it is small."""
    for size, unit in _TIMES:
        if seconds >= size:
            return f"{seconds // size:.0f} {unit}"
    return f"{seconds:.0f} s"


def _said(given: Scalar, declared: Property) -> tuple[str, str] | None:
    """Return label and text; None for what is not worth a word: nothing, no, no fault, no time."""
    title = declared.title["en"]
    if isinstance(given, bool):
        return _claim(title, declared, is_true=given)
    is_none = any(c.name == "none" for c in declared.enum or () if c.value == given)
    has_no_time = given == 0 and declared.unit == "second"
    if given is None or given == "" or is_none or has_no_time:
        return None
    text = printable(readable(given, declared), 64)
    is_plain = title in _PLAIN or declared.unit in _PLAIN_UNITS
    is_measure = declared.is_number and declared.enum is None and not is_plain
    has_label = is_measure or (declared.enum is not None and declared.ui.is_primary)
    return (_lower(printable(title, 40)) if has_label else "", text)


def _claim(title: str, declared: Property, *, is_true: bool) -> tuple[str, str] | None:
    """Return a switch as on or off, what is so by its title, and nothing for what is not so."""
    if declared.ui.is_primary and declared.is_writable:
        return "", "on" if is_true else "off"
    if is_true:
        return "", _lower(title)
    return ("", _OPPOSITES.get(title, f"not {_lower(title)}")) if declared.ui.is_primary else None


def _number(given: float, unit: str | None) -> str:
    if unit is None:
        return _short(given)
    if unit == "second":
        return duration(given)
    if unit in _SCALED:
        return _scaled(given, _SCALED[unit])
    symbol = UNITS[unit].symbol if unit in UNITS else ""
    return f"{_short(given)} {symbol}".rstrip()


def _scaled(given: float, symbols: tuple[str, ...]) -> str:
    for symbol in symbols[:-1]:
        if abs(given) < 1_000:
            return f"{_short(given)} {symbol}"
        given /= 1_000
    return f"{_short(given)} {symbols[-1]}"


def _short(given: float) -> str:
    """Return a number with as many digits as somebody reads who passes by."""
    if abs(given) >= 100 or given == int(given):
        return f"{given:.0f}"
    return f"{given:.1f}".removesuffix(".0")


def _lower(title: str) -> str:
    """Return a title for the middle of a line; abbreviations stay as they are."""
    return title[0].lower() + title[1:] if title[1:2].islower() else title
