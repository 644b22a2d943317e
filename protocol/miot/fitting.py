"""Making a product fit: a full state into one message, the document into its limit."""

from collections.abc import Sequence
from typing import Final

from protocol.json_text import MAX_BYTES
from protocol.miot.drafts import Named
from protocol.miot.notebook import Notebook
from protocol.miot.quirks import Quirk, Reason
from protocol.miot.shapes import MAX_LENGTH
from protocol.product_model import Action, Choice, EventKind, Property, Titles, Value

MIN_LENGTH: Final = 16
"""Shortest limit that a readable text is squeezed to, in characters."""

SHORT_LENGTH: Final = 64
"""Longest text of a type that is known to be short, in characters."""

ENVELOPE: Final = 512
"""Bytes of a full state beside its values."""

_SHORT: Final = frozenset(
    [
        *("manufacturer", "model", "serial", "version", "revision", "number", "no", "mac"),
        *("time", "date", "zone", "timezone", "code", "language"),
    ]
)

_NUMBER: Final = 24
"""Longest number, true, false or null, in characters."""

_FIXED: Final = 4
"""Quotes, colon and comma of one value."""

_ESCAPED: Final = 6
"""Longest that JSON makes of one character, in bytes: `\\u0000`."""


def fit_state(parts: Sequence[Named], notes: Notebook) -> list[Named]:
    """Return the parts of which a full state fits into one message, whatever its values are.

    Readable texts share what the rest leaves; where that is too little, readable properties are
    refused, a vendor's own first and the last of them before the others.
    """
    readable = sorted(filter(_is_readable, parts), key=_importance)
    room = MAX_BYTES - ENVELOPE
    kept: list[Named] = []
    for each in readable:
        room -= _least(each)
        if room < 0:
            notes.refuse(Reason.NO_ROOM, each.draft.place, "a full state has no room for it")
            room += _least(each)
        else:
            kept.append(each)
    lengths = _lengths([each for each in kept if _is_text(each)], room)
    chosen = {id(each) for each in kept}
    return [
        _limited(each, lengths.get(id(each)), notes)
        for each in parts
        if id(each) in chosen or not _is_readable(each)
    ]


def _is_readable(each: Named) -> bool:
    return isinstance(each.part, Property) and each.part.is_readable


def _is_text(each: Named) -> bool:
    return isinstance(each.part, Property) and each.part.format == "string"


def _wanted(each: Named) -> int:
    """Return how long a text may have to be: what the document says, or its type lets expect."""
    limit = each.part.max_length if isinstance(each.part, Property) else None
    if limit is not None:
        return limit
    return SHORT_LENGTH if _words(each) & _SHORT else MAX_LENGTH


def _weight(each: Named) -> int:
    """Return how much of the room a text gets: more where somebody sets it."""
    return 4 if isinstance(each.part, Property) and each.part.is_writable else 1


def _words(each: Named) -> set[str]:
    return set(each.draft.urn.name.lower().split("-"))


def _least(each: Named) -> int:
    fixed = len(each.address) + _FIXED
    return fixed + (2 + _ESCAPED * min(_wanted(each), MIN_LENGTH) if _is_text(each) else _NUMBER)


def _lengths(texts: list[Named], room: int) -> dict[int, int]:
    """Share out the room that is left: short texts get all they want, long ones by weight."""
    lengths: dict[int, int] = {}
    left, weights = room // _ESCAPED, sum(map(_weight, texts))
    for each in sorted(texts, key=lambda each: _wanted(each) / _weight(each)):
        least = min(_wanted(each), MIN_LENGTH)
        share = min(_wanted(each) - least, left * _weight(each) // weights)
        left -= share
        weights -= _weight(each)
        lengths[id(each)] = least + share
    return lengths


def _limited(each: Named, length: int | None, notes: Notebook) -> Named:
    if length is None or not isinstance(each.part, Property) or each.part.max_length == length:
        return each
    detail = f"at most {length} characters"
    notes.mend(Quirk.LENGTH_CUT, each.draft.place, detail)
    part = each.part.model_copy(update={"max_length": length})
    return Named(each.service, each.draft, part, each.is_standard)


def _importance(each: Named) -> tuple[bool, bool, int, int]:
    return not each.is_standard, not each.draft.urn.is_standard, each.draft.siid, each.draft.iid


def drop_surplus(parts: Sequence[Named], surplus: int, notes: Notebook) -> list[Named]:
    """Return the parts without so many that the document gets `surplus` bytes shorter."""
    dropped = set[int]()
    for each in sorted(parts, key=_importance, reverse=True):
        if surplus > 0:
            surplus -= len(each.part.model_dump_json(exclude_defaults=True).encode())
            dropped.add(id(each))
            notes.refuse(Reason.NO_ROOM, each.draft.place, "the product spec has no room for it")
    return [each for each in parts if id(each) not in dropped]


def english_only(part: Property | Action | EventKind) -> Property | Action | EventKind:
    """Return a part with its English titles alone."""
    update: dict[str, object] = {"title": _english(part.title)}
    match part:
        case Property():
            update["enum"] = _enum(part)
        case Action():
            update["arguments"] = tuple(map(_value, part.arguments))
            update["results"] = tuple(map(_value, part.results))
        case _:
            update["arguments"] = tuple(map(_value, part.arguments))
    return part.model_copy(update=update)


def _value(value: Value) -> Value:
    return value.model_copy(update={"title": _english(value.title), "enum": _enum(value)})


def _enum(value: Value) -> tuple[Choice, ...] | None:
    if value.enum is None:
        return None
    return tuple(
        choice.model_copy(update={"title": _english(choice.title)}) for choice in value.enum
    )


def _english(titles: Titles) -> Titles:
    return {"en": titles["en"]}
