"""What is wrong with a body, each with its place and a sentence.

pydantic speaks to programmers of Python, and names models and kinds that stand in no body.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import groupby
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from hub.api.models import ProblemItem
from hub.api.patterns import SENTENCES
from protocol.errors import printable

_MOMENT: Final = "is no moment of the calendar, such as 2026-11-21T20:43:00Z"
_OBJECT: Final = "has to be an object: {...}"

SAYINGS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "missing": lambda _: "is missing",
    "extra_forbidden": lambda _: "is not a field that this takes",
    "string_type": lambda _: "has to be a text",
    "string_too_short": lambda told: f"needs {_count(told['min_length'], 'character')} at least",
    "string_too_long": lambda told: f"takes {_count(told['max_length'], 'character')} at most",
    "string_pattern_mismatch": lambda told: SENTENCES[told["pattern"]],
    "bool_type": lambda _: "has to be true or false",
    "int_type": lambda _: "has to be a whole number",
    "int_from_float": lambda _: "has to be a whole number",
    "float_type": lambda _: "has to be a number",
    "finite_number": lambda _: "has to be a number that ends",
    "greater_than_equal": lambda told: f"has to be {told['ge']:.16g} or more",
    "less_than_equal": lambda told: f"has to be {told['le']:.16g} or less",
    "literal_error": lambda told: f"has to be {told['expected']}",
    "enum": lambda told: f"has to be {told['expected']}",
    "datetime_from_date_parsing": lambda _: _MOMENT,
    "datetime_parsing": lambda _: _MOMENT,
    "list_type": lambda _: "has to be a list: [...]",
    "dict_type": lambda _: _OBJECT,
    "model_type": lambda _: _OBJECT,
    "model_attributes_type": lambda _: _OBJECT,
    "too_short": lambda told: f"needs {_count(told['min_length'], 'entry')} at least",
    "too_long": lambda told: f"takes {_count(told['max_length'], 'entry')} at most",
    "union_tag_not_found": lambda told: f"lacks its {told['discriminator']}, which says what it is",
    "union_tag_invalid": lambda told: f"is of an unknown type; known are {told['expected_tags']}",
    "value_error": lambda told: str(told["error"]),
}
"""By the type of pydantic's error; it stands behind the name of the field."""

_KINDS: Final = frozenset(
    kind for kind in SAYINGS if kind.endswith("_type") or kind == "string_pattern_mismatch"
)
"""What is wrong with a value as a whole: of several kinds it could be, it is none."""


def flaws(error: ValidationError, body: object) -> list[ProblemItem]:
    """Return what is wrong with a body, place by place.

    Args:
        error: What pydantic has found.
        body: What it has looked at.
    """
    placed = [(_place(found, body), found) for found in error.errors(include_url=False)]
    deeper = {place[:end] for place, _ in placed for end in range(len(place))}
    told = [(place, one) for place, one in placed if not (_is_kind(one) and place in deeper)]
    return [_item(place, [f for _, f in same]) for place, same in groupby(told, lambda one: one[0])]


def _is_kind(found: ErrorDetails) -> bool:
    return found["type"] in _KINDS


def _place(found: ErrorDetails, body: object) -> tuple[str, ...]:
    """Return where in the body something is wrong, without what only pydantic sees there."""
    place: list[str] = []
    inner: Any = body
    loc, is_missing = found["loc"], found["type"] == "missing"
    for index, part in enumerate(loc):
        rest = loc[index + 1 :]
        if _is_tag(part, rest, inner, is_missing=is_missing):
            continue
        if _holds(inner, part):
            place.append(str(part))
            inner = inner[part]
        elif is_missing and not rest:
            place.append(str(part))
    return tuple(place)


def _is_tag(part: str | int, rest: Sequence[str | int], value: Any, *, is_missing: bool) -> bool:
    """Say whether a step is the kind of an object, and no field of it."""
    if not isinstance(value, dict) or not rest:
        return False
    if value.get("type") == part:
        return True
    is_leaf = part in value and not isinstance(value[part], dict | list)
    return is_leaf and (rest[0] in value or (is_missing and len(rest) == 1))


def _holds(value: Any, part: str | int) -> bool:
    if isinstance(value, list):
        return isinstance(part, int) and part < len(value)
    return isinstance(value, dict) and part in value


def _item(place: Sequence[str], found: Sequence[ErrorDetails]) -> ProblemItem:
    path = printable(".".join(place)) or "body"
    wrong = " or ".join(dict.fromkeys(map(_sentence, found)))
    return {"code": "body-invalid", "path": path, "detail": f"{path}: {wrong}"}


def _sentence(found: ErrorDetails) -> str:
    saying = SAYINGS.get(found["type"])
    return printable(saying(found.get("ctx", {}))) if saying else found["msg"]


def _count(number: int, thing: str) -> str:
    many = f"{thing[:-1]}ies" if thing.endswith("y") else f"{thing}s"
    return f"{number} {thing if number == 1 else many}"
