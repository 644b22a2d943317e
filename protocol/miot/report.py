"""What became of a document, part by part: for programs, and for people."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from protocol.ids import Address
from protocol.miot.notebook import Mend, Place, Refusal
from protocol.miot.quirks import QUIRKS, REASONS, Reason


@dataclass(frozen=True, slots=True)
class Count:
    """How many parts of one kind; `in_file` is always `imported` plus `refused`."""

    in_file: int
    imported: int
    refused: int

    @property
    def text(self) -> str:
        """As people say it: `44`, or `41 of 44`."""
        whole = str(self.in_file)
        return whole if self.imported == self.in_file else f"{self.imported} of {whole}"


@dataclass(frozen=True, slots=True)
class Report:
    """What an import did.

    Attributes:
        urn: Type of the device.
        name: Vendor and product.
        title: What people call the product, in English.
        device_class: The standard class that was set; None for none.
        lacks: What a standard class of this type asks for and the product does not have.
        as_arguments: So many of the imported properties exist as arguments or results alone.
        standard: Addresses that are standard ones.
    """

    urn: str
    name: str
    title: str
    device_class: str | None
    lacks: tuple[str, ...]
    services: Count
    properties: Count
    actions: Count
    events: Count
    as_arguments: int
    standard: tuple[Address, ...]
    mended: tuple[Mend, ...]
    refused: tuple[Refusal, ...]

    @property
    def file_name(self) -> str:
        """Name for the files of the product: letters, digits, `-`, `_` and `.` alone."""
        return _NOT_FILE.sub("-", self.name.lower()).strip("-.") or "product"

    def document(self) -> bytes:
        """Return the report as JSON, for the file beside the product spec."""
        return json.dumps(self.fields(), ensure_ascii=False, indent=1).encode()

    def fields(self) -> Mapping[str, object]:
        """Return the report as the members of a JSON object."""
        return {
            "urn": self.urn,
            "product": self.name,
            "title": self.title,
            "class": self.device_class,
            "class_lacks": self.lacks,
            "services": _count(self.services),
            "properties": {**_count(self.properties), "as_arguments": self.as_arguments},
            "actions": _count(self.actions),
            "events": _count(self.events),
            "standard": self.standard,
            "mended": [
                {"quirk": mend.quirk, **_place(mend.place), "detail": mend.detail}
                for mend in self.mended
            ],
            "refused": [
                {"reason": refusal.reason, **_place(refusal.place), "detail": refusal.detail}
                for refusal in self.refused
            ],
        }

    def headline(self) -> str:
        """Say in one line what was imported."""
        parts = f"{self.properties.text} properties, {self.actions.text} actions"
        refused = f", {len(self.refused)} refused" if self.refused else ""
        return f"{self.name}: {parts}, {self.events.text} events{refused}"

    def lines(self) -> Iterator[str]:
        """Yield the whole report for people, the most important first."""
        yield self.headline()
        yield f"  {self.title}, {self._class_text()}, {len(self.standard)} standard addresses"
        if self.as_arguments:
            count = self.as_arguments
            yield f"  {count} of the properties are arguments and results of actions and events"
        if self.refused:
            yield "refused:"
            yield from self._refusals()
        if self.mended:
            yield "mended:"
            for quirk, times in Counter(mend.quirk for mend in self.mended).most_common():
                yield f"  {times} x {quirk}: {QUIRKS[quirk]}"
                yield from self._examples(quirk)

    def _class_text(self) -> str:
        if self.device_class:
            return f"class {self.device_class}"
        return f"no standard class ({'; '.join(self.lacks)})" if self.lacks else "no standard class"

    def _refusals(self) -> Iterator[str]:
        groups: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        for each in self.refused:
            name = f"{each.place.number} {each.place.name}".strip() or each.place.path
            groups[(each.place.kind, each.reason, each.detail)].append(name)
        for (kind, reason, detail), names in groups.items():
            noun = kind if len(names) == 1 else _PLURAL.get(kind, kind)
            yield f"  {len(names)} {noun}, {reason}: {REASONS[Reason(reason)]} ({detail})"
            for start in range(0, len(names), _PER_LINE):
                yield f"      {', '.join(names[start : start + _PER_LINE])}"

    def _examples(self, quirk: str, most: int = 3) -> Iterator[str]:
        found = [mend for mend in self.mended if mend.quirk == quirk]
        for mend in found[:most]:
            where = f"{mend.place.number} {mend.place.name}".strip() or "the document"
            yield f"      {where}: {mend.detail}"
        if len(found) > most:
            yield f"      and {len(found) - most} more"


def _count(count: Count) -> dict[str, int]:
    return {"in_file": count.in_file, "imported": count.imported, "refused": count.refused}


def _place(place: Place) -> dict[str, object]:
    numbers = {"siid": place.siid, "iid": place.iid}
    known = {key: number for key, number in numbers.items() if number is not None}
    return {"kind": place.kind, "path": place.path, "type": place.name, **known}


_PER_LINE: Final = 6
_PLURAL: Final = {
    "property": "properties",
    "service": "services",
    "action": "actions",
    "event": "events",
}
_NOT_FILE: Final = re.compile(r"[^a-z0-9_.]+")
