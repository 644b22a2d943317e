"""Value lists: their values, and the names and titles of these."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from protocol.errors import printable
from protocol.messages import MAX_INTEGER
from protocol.miot.notebook import Notebook, Place, listed
from protocol.miot.numbers import as_integer, read_number
from protocol.miot.quirks import Quirk
from protocol.miot.texts import Translations, clean, has_chinese, title
from protocol.product_model import Choice, Number
from protocol.slugs import distinct, name, slug

MAX_CHOICES: Final = 512
"""Longest enumeration; a longer list becomes a range."""

_KEYS: Final = ("value", "key", "id")
_LABELS: Final = ("description", "label", "name", "desc")


@dataclass(frozen=True, slots=True)
class RawChoice:
    """One item of a list: what stands as its value, and its label."""

    value: object
    label: str


def read_choices(found: object, place: Place, notes: Notebook) -> tuple[RawChoice, ...]:
    """Read a value list, and what is meant as such; nothing for no list."""
    if found is None:
        return ()
    if isinstance(found, dict):
        notes.mend(Quirk.NOT_A_LIST, place, f"value-list is {printable(found, 60)}")
        return tuple(_choice({"value": key, "description": found[key]}) for key in found)
    if not isinstance(found, list):
        notes.mend(Quirk.NOT_A_LIST, place, f"value-list is {printable(found, 60)}")
        return ()
    if not found:
        notes.mend(Quirk.LIST_EMPTY, place, "value-list is []")
    return tuple(_choice(item) for item in found)


def _choice(item: object) -> RawChoice:
    if not isinstance(item, dict):
        return RawChoice(item, "")
    value = next((item[key] for key in _KEYS if key in item), None)
    label = next((item[key] for key in _LABELS if isinstance(item.get(key), str)), "")
    return RawChoice(value, str(label))


def numbers_of(choices: tuple[RawChoice, ...], place: Place, notes: Notebook) -> list[Number]:
    """Return the numbers of a list, finite and each once, in order."""
    found, lost, texts = dict[Number, None](), list[str](), list[str]()
    for choice in choices:
        value = read_number(choice.value)
        if value is None or abs(value) > MAX_INTEGER or value in found:
            lost.append(printable(choice.value, 20))
            continue
        if isinstance(choice.value, str):
            texts.append(choice.value)
        found[value] = None
    if lost:
        notes.mend(Quirk.LIST_VALUE, place, f"left out {listed(lost)}")
    if texts:
        notes.mend(Quirk.NUMBER_AS_TEXT, place, f"values {listed(texts)}")
    return list(found)


def whole_choices(choices: tuple[RawChoice, ...]) -> dict[int, tuple[int, str]]:
    """Return position and label by whole number; of a value that stands twice, the first."""
    found = dict[int, tuple[int, str]]()
    for position, choice in enumerate(choices):
        number = read_number(choice.value)
        value = None if number is None or abs(number) > MAX_INTEGER else as_integer(number)
        if value is not None:
            found.setdefault(value, (position, choice.label))
    return found


def titled(
    choices: dict[int, tuple[int, str]],
    key: str,
    translations: Translations,
    place: Place,
    notes: Notebook,
) -> tuple[Choice, ...]:
    """Return the choices of an enumeration, in order, with names that differ and titles.

    `choices` are position and label by value, `key` the property's one in the translations.
    """
    titles = {
        value: title(
            label, _numbered(value), f"{key}:valuelist:{position:03}" if key else "", translations
        )
        for value, (position, label) in choices.items()
    }
    wanted = {value: _name(value, titles[value]["en"]) for value in choices}
    order = sorted(choices, key=lambda value: (abs(value), value))
    suffixes = [slug(_numbered(value)).removeprefix("value_") for value in order]
    found = distinct([(wanted[value], tail) for value, tail in zip(order, suffixes, strict=True)])
    names = dict(zip(order, found, strict=True))
    _note(choices, wanted, titles, place, notes)
    return tuple(Choice(value=value, name=names[value], title=titles[value]) for value in choices)


def _numbered(value: int) -> str:
    return f"Value {value}" if value >= 0 else f"Value minus {-value}"


def _name(value: int, text: str) -> str:
    return name(text, "value") if slug(text) else slug(_numbered(value))


def _note(
    choices: dict[int, tuple[int, str]],
    wanted: dict[int, str],
    titles: dict[int, dict[str, str]],
    place: Place,
    notes: Notebook,
) -> None:
    empty = [str(value) for value, (_, label) in choices.items() if not clean(label)]
    if empty:
        notes.mend(Quirk.LIST_LABEL_EMPTY, place, f"values {listed(empty)}")
    doubled = [word for word, times in Counter(wanted.values()).items() if times > 1]
    if doubled:
        notes.mend(Quirk.LIST_LABEL_DOUBLED, place, f"labels {listed(doubled)}")
    chinese = [
        f"{clean(label)[:20]} is {titles[value]['en']!r}"
        for value, (_, label) in choices.items()
        if has_chinese(label)
    ]
    if chinese:
        notes.mend(Quirk.TITLE_CHINESE, place, listed(chinese))
