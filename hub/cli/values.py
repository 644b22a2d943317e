"""Reads what a person types for a property or an argument, by what the product declares."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Final

from hub.cli.errors import WordingError
from protocol.messages import Scalar
from protocol.product import Value
from protocol.value_check import allowed

_ON: Final = frozenset({"true", "on", "yes", "1"})
_COLOR: Final = re.compile("#[0-9a-fA-F]{6}")
_OFF: Final = frozenset({"false", "off", "no", "0"})


def read_assignments(
    words: Sequence[str], known: Mapping[str, Value], what: str
) -> dict[str, Scalar]:
    """Return the values of `name=value` words.

    Args:
        words: As typed.
        known: What may be named, with what it takes.
        what: What a name stands for, for messages: `property` or `argument`.

    Raises:
        WordingError: A word has no `=`, names something unknown or twice, or takes no such value.
    """
    values: dict[str, Scalar] = {}
    for word in words:
        name, sign, text = word.partition("=")
        if not sign:
            raise WordingError(f"{word!r} is no {what}=value", _hint(name, known))
        if name in values:
            raise WordingError(f"{name} is given twice")
        if name not in known:
            raise WordingError(f"there is no {what} {name!r} to give a value", _hint(name, known))
        values[name] = read_value(name, text, known[name])
    return values


def read_value(name: str, text: str, value: Value) -> Scalar:
    """Return the value that `text` means; its range is for the hub to judge.

    Raises:
        WordingError: It means none of the declared kind.
    """
    found = _read(text, value)
    if found is None:
        raise WordingError(f"{name} takes {allowed(value)}, not {text!r}")
    return found


def shown_value(given: Scalar, value: Value | None) -> str:
    """Return a value as a person reads it: `on`, the name of a choice, `#FF8000`, a number."""
    if given is None:
        return "—"
    if isinstance(given, bool):
        return "on" if given else "off"
    choices = value.enum if value is not None and value.enum else ()
    name = next((choice.name for choice in choices if choice.value == given), None)
    if name is not None:
        return name
    if value is not None and value.unit == "rgb" and isinstance(given, int):
        return f"#{given:06X}"
    return f"{given:.10g}" if isinstance(given, float) else str(given)


def _read(text: str, value: Value) -> Scalar:
    if value.format == "string":
        return text
    if value.format == "bool":
        word = text.lower()
        return word in _ON if word in _ON | _OFF else None
    chosen = [c.value for c in value.enum or () if c.name.lower() == text.lower()]
    if chosen:
        return chosen[0]
    if value.unit == "rgb" and _COLOR.fullmatch(text):
        return int(text[1:], 16)
    try:
        return int(text) if value.is_integer else float(text)
    except ValueError:
        return None


def _hint(name: str, known: Mapping[str, Value]) -> str:
    close = get_close_matches(name, known, 1)
    if close:
        return f"did you mean {close[0]}?"
    return f"there are: {', '.join(known)}" if known else ""
