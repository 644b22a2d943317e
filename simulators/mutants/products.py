"""Mutants of ECO-SPEC: what is wrong with the product spec that they send."""

import base64
import json
from collections.abc import Callable
from typing import Any, Final

from simulators.mutants.mutant import Mutant, at_seam, at_wire
from simulators.mutants.tap import Deviation
from simulators.mutants.veils import UNREADABLE
from simulators.mutants.ways import has, on, with_fields
from simulators.mutants.words import Body, Fields, Word, Words
from simulators.voice import FIRMWARE

Document = dict[str, Any]


def _outlet(document: Document) -> Document:
    service: Document = document["services"][0]
    return service


def _on(document: Document) -> Document:
    part: Document = _outlet(document)["properties"][0]
    return part


def _power(document: Document) -> Document:
    part: Document = _outlet(document)["properties"][1]
    return part


def _level(document: Document) -> Document:
    part: Document = document["services"][1]["properties"][0]
    return part


def _document(change: Callable[[Document], object]) -> Callable[[bytes, int], bytes]:
    """Return how a product spec is changed, whatever the firmware."""

    def told(document: bytes, installs: int) -> bytes:
        read = json.loads(document)
        change(read)
        return json.dumps(read, separators=(",", ":")).encode()

    return told


def _updated(change: Callable[[Document], object]) -> Callable[[bytes, int], bytes]:
    """Return how a product spec is changed by a new firmware."""
    changed = _document(change)
    return lambda document, installs: changed(document, installs) if installs else document


def _nested(document: Document) -> None:
    deep: object = 1
    for _ in range(17):
        deep = [deep]
    document["note"] = deep


def _large(document: Document) -> None:
    notes = [
        {
            "name": f"note_{number}",
            "title": {"en": "Note"},
            "format": "string",
            "max_length": 4_096,
            "access": ["read", "notify"],
        }
        for number in range(NOTES)
    ]
    document["services"].append(
        {"name": "sim:notes", "title": {"en": "Notes"}, "properties": notes}
    )


def _narrowed(document: Document) -> None:
    document["version"] += 1
    _outlet(document).pop("events")


def _other_text(word: Word, body: Body) -> Words:
    """Send other bytes than those that were announced, of the same length."""
    part = base64.b64decode(word.fields["part"]).replace(b'"en"', b'"EN"', 1)
    return (word.saying(part=base64.b64encode(part).decode()),)


def _is_later(fields: Fields, body: Body) -> bool:
    return bool(fields["offset"])


NOTES: Final = 5
"""Texts of 4,096 characters that do not fit into a payload together."""

_UNIT: Final = {"unit": "horsepower"}

_CHANGES: Final[tuple[tuple[str, str, str, Callable[[Document], object]], ...]] = (
    ("spec-too-deep", "ECO-SPEC-001", "Its product spec nests 18 deep.", _nested),
    (
        "property-without-format",
        "ECO-SPEC-003",
        "A property of its product spec has no format.",
        lambda document: _power(document).pop("format"),
    ),
    (
        "lamp-without-light",
        "ECO-SPEC-004",
        "It says that it is of the class `light`, and has nothing that a light has.",
        lambda document: document.update({"class": "light"}),
    ),
    (
        "unit-of-its-own",
        "ECO-SPEC-005",
        "It measures in horsepower.",
        lambda document: (document.pop("class"), _power(document).update(_UNIT)),
    ),
    (
        "range-of-a-switch",
        "ECO-SPEC-006",
        "Its switch has a range.",
        lambda document: _on(document).update(range=[0, 1, 1]),
    ),
    (
        "name-twice",
        "ECO-SPEC-007",
        "An event of its product spec stands there twice.",
        lambda document: _outlet(document)["events"].append(_outlet(document)["events"][0]),
    ),
    (
        "title-without-english",
        "ECO-SPEC-008",
        "A title is in Chinese alone.",
        lambda document: _on(document).update(title={"zh": "开关"}),
    ),
    (
        "notified-and-not-read",
        "ECO-SPEC-016",
        "A property can be notified and not read.",
        lambda document: (document.pop("class"), _power(document).update(access=["notify"])),
    ),
)


def _with_notes(word: Word, body: Body) -> Words:
    notes = {f"sim:notes.note_{number}": "" for number in range(NOTES)}
    return (word.saying(values=word.fields["values"] | notes),)


MUTANTS: Final[tuple[Mutant, ...]] = (
    Mutant(
        "state-that-fits-nowhere",
        "ECO-SPEC-018",
        "A full state of it may be larger than a payload.",
        Deviation(say=on("state", _with_notes, has(full=True))),
        {"document": _document(_large)},
    ),
    *(
        at_seam(name, rule, wrong, document=_document(change)).behind(UNREADABLE)
        for name, rule, wrong, change in _CHANGES
    ),
    at_seam(
        "knob-without-end",
        "ECO-SPEC-017",
        "A number that can be set has no range.",
        document=_document(lambda document: _level(document).pop("range")),
    )
    .of("air-purifier")
    .behind(UNREADABLE),
    at_wire(
        "spec-of-another-hash",
        "ECO-SPEC-002",
        "The product spec that it sends is not that which it announces.",
        say=on("spec", _other_text),
    ).behind(UNREADABLE),
    at_wire(
        "spec-but-for-the-end",
        "ECO-SPEC-009",
        "Asked for a later part of its product spec it sends nothing of it.",
        say=on("spec", with_fields(part=""), _is_later),
    ),
    at_seam(
        "event-that-went-away",
        "ECO-SPEC-010",
        "With a new firmware an event is gone from its product spec.",
        document=_updated(_narrowed),
    ),
    at_seam(
        "same-version-again",
        "ECO-SPEC-011",
        "With a new firmware its product spec has other bytes and the same version.",
        document=_updated(lambda document: _on(document)["title"].update(en="Switch")),
    ),
    at_wire(
        "new-firmware-in-secret",
        "ECO-ANNOUNCE-005",
        "With a new firmware it announces the old one.",
        say=on("announce", with_fields(firmware=FIRMWARE)),
    ),
)
