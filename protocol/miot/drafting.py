"""Raw services to drafts: every part judged, mended or refused."""

from dataclasses import dataclass, field
from typing import Final, TypedDict, get_args

from protocol.errors import printable
from protocol.miot.drafts import Draft, ServiceDraft
from protocol.miot.hints import privacy, severity
from protocol.miot.instance import Instance, RawCall, RawProperty, RawService
from protocol.miot.mapping import Slot
from protocol.miot.notebook import Notebook, Place
from protocol.miot.quirks import Quirk, Reason
from protocol.miot.ranges import Range
from protocol.miot.references import read_references
from protocol.miot.shapes import Shape, read_shape, sent
from protocol.miot.texts import Translations, title, words
from protocol.miot.urn import Urn
from protocol.product_model import (
    Access,
    Action,
    Choice,
    EventKind,
    Format,
    Property,
    Titles,
    Value,
)
from protocol.slugs import distinct, name

MAX_ARGUMENTS: Final = 64
"""Most arguments and results of one action or event; real ones reach 20."""

MAX_ARGUMENTS_IN_ALL: Final = 4_096
"""Most arguments and results of one document; real ones reach 200."""

_ACCESS: Final[tuple[Access, ...]] = get_args(Access)


def draft(instance: Instance, translations: Translations, notes: Notebook) -> list[ServiceDraft]:
    """Return the services of an instance with all of their parts that can be imported.

    In the order of their iids, so that the order of the file does not matter.
    """
    ordered = sorted(
        instance.services,
        key=lambda service: (service.place.siid, service.urn.namespace, service.urn.name),
    )
    device, room = instance.urn.name, _Room(MAX_ARGUMENTS_IN_ALL)
    return [_Drafting(device, raw, translations, notes, room).service() for raw in ordered]


@dataclass(slots=True)
class _Room:
    """How many arguments and results there is still room for."""

    left: int


@dataclass(frozen=True, slots=True)
class _Known:
    """A property whose values are known, whoever may have them."""

    raw: RawProperty
    shape: Shape
    title: Titles


@dataclass(slots=True)
class _Drafting:
    device: str
    raw: RawService
    translations: Translations
    notes: Notebook
    room: _Room
    known: dict[int, _Known] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)

    def service(self) -> ServiceDraft:
        siid = self.raw.place.siid or 0
        titles = self._title(self.raw.place, self.raw.description, self.raw.urn, f"{siid:03}")
        properties = sorted(self.raw.properties, key=_by_iid)
        for raw in properties:
            self._learn(raw)
        calls = [
            *filter(None, (self._action(raw) for raw in sorted(self.raw.actions, key=_by_iid))),
            *filter(None, (self._event(raw) for raw in sorted(self.raw.events, key=_by_iid))),
        ]
        parts = filter(None, (self._property(raw) for raw in properties))
        return ServiceDraft(self.raw.place, siid, self.raw.urn, titles, (*parts, *calls))

    def _learn(self, raw: RawProperty) -> None:
        siid, piid = _iids(raw.place)
        key = f"service:{siid:03}:property:{piid:03}"
        shape = read_shape(raw, key, self.translations, self.notes)
        if shape is not None:
            titles = self._title(raw.place, raw.description, raw.urn, key.removeprefix("service:"))
            self.known[piid] = _Known(raw, shape, titles)

    def _title(self, place: Place, description: object, urn: Urn, key: str) -> Titles:
        note = (self.notes, place)
        return title(description, words(urn.name), f"service:{key}", self.translations, note)

    def _property(self, raw: RawProperty) -> Draft | None:
        siid, piid = _iids(raw.place)
        known = self.known.get(piid)
        if known is None:
            return None
        own = _access(raw, self.notes)
        access = own
        if not own:
            if piid not in self.used:
                self.notes.refuse(Reason.UNUSED, raw.place, "its access is empty")
            return None
        if "notify" in own and "read" not in own:
            access = tuple(word for word in _ACCESS if word in {*own, "read"})
            self.notes.mend(Quirk.ACCESS_NOTIFY_ALONE, raw.place, f"access {', '.join(own)}")
        is_fitted = known.shape.format == "string" and "read" in access
        is_sent = "write" in access and not is_fitted
        shape = self._shape(known, is_sent=is_sent)
        part = Property(
            **_fields(name(raw.urn.name, "property"), known.title, shape),
            access=access,
            privacy=privacy(raw.urn.name, self.device),
        )
        word = printable(raw.format, 20) if isinstance(raw.format, str) else ""
        return Draft(raw.place, siid, piid, raw.urn, part, word, own)

    def _action(self, raw: RawCall) -> Draft | None:
        siid, aiid = _iids(raw.place)
        wanted = read_references(raw.arguments, "in", raw.place, self.notes)
        given = read_references(raw.results, "out", raw.place, self.notes)
        lost = [piid for piid in wanted if piid is None or piid not in self.known]
        if lost:
            detail = f"its argument {', '.join(str(piid) for piid in lost[:6])} is no property here"
            self.notes.refuse(Reason.ARGUMENT_UNKNOWN, raw.place, detail)
            return None
        if self._is_crowded(raw, len(wanted) + len(given)):
            return None
        arguments, into = self._values(raw, wanted, is_sent=True)
        results, out = self._values(raw, given, is_sent=False)
        titles = self._title(raw.place, raw.description, raw.urn, f"{siid:03}:action:{aiid:03}")
        word = name(raw.urn.name, "action")
        part = Action(name=word, title=titles, arguments=arguments, results=results)
        return Draft(raw.place, siid, aiid, raw.urn, part, arguments=into, results=out)

    def _event(self, raw: RawCall) -> Draft | None:
        siid, eiid = _iids(raw.place)
        wanted = read_references(raw.arguments, "arguments", raw.place, self.notes)
        if self._is_crowded(raw, len(wanted)):
            return None
        arguments, slots = self._values(raw, wanted, is_sent=False)
        titles = self._title(raw.place, raw.description, raw.urn, f"{siid:03}:event:{eiid:03}")
        word, grave = name(raw.urn.name, "event"), severity(raw.urn.name)
        part = EventKind(name=word, title=titles, arguments=arguments, severity=grave)
        return Draft(raw.place, siid, eiid, raw.urn, part, arguments=slots)

    def _is_crowded(self, raw: RawCall, count: int) -> bool:
        if count <= min(MAX_ARGUMENTS, self.room.left):
            self.room.left -= count
            return False
        detail = (
            f"it has {count} arguments and results; {MAX_ARGUMENTS} are taken of one part, "
            f"{MAX_ARGUMENTS_IN_ALL} of a document"
        )
        self.notes.refuse(Reason.NO_ROOM, raw.place, detail)
        return True

    def _values(
        self, raw: RawCall, wanted: list[int | None], *, is_sent: bool
    ) -> tuple[tuple[Value, ...], tuple[Slot, ...]]:
        found = [(piid, self.known.get(piid) if piid is not None else None) for piid in wanted]
        lost = [str(piid) for piid, known in found if known is None]
        if lost:
            detail = f"{', '.join(lost[:6])} is no property of the service"
            self.notes.mend(Quirk.ARGUMENT_MISSING, raw.place, detail)
        kept = [(piid, known) for piid, known in found if piid is not None and known is not None]
        self.used.update(piid for piid, _ in kept)
        names = distinct([(name(each.raw.urn.name, "value"), str(piid)) for piid, each in kept])
        values = tuple(
            Value(**_fields(word, each.title, self._shape(each, is_sent=is_sent)))
            for word, (_, each) in zip(names, kept, strict=True)
        )
        left = iter(names)
        slots = tuple(Slot(None if known is None else next(left), piid) for piid, known in found)
        return values, slots

    def _shape(self, known: _Known, *, is_sent: bool) -> Shape:
        return sent(known.shape, known.raw, self.notes) if is_sent else known.shape


class _Fields(TypedDict):
    name: str
    title: Titles
    format: Format
    range: Range | None
    enum: tuple[Choice, ...] | None
    max_length: int | None
    unit: str | None


def _fields(word: str, titles: Titles, shape: Shape) -> _Fields:
    return {
        "name": word,
        "title": titles,
        "format": shape.format,
        "range": shape.range,
        "enum": shape.choices,
        "max_length": shape.max_length,
        "unit": shape.unit,
    }


def _iids(place: Place) -> tuple[int, int]:
    return place.siid or 0, place.iid or 0


def _by_iid(raw: RawProperty | RawCall) -> int:
    return raw.place.iid or 0


def _access(raw: RawProperty, notes: Notebook) -> tuple[Access, ...]:
    found = raw.access
    if isinstance(found, str):
        found = found.replace(",", " ").split()
        notes.mend(Quirk.NOT_A_LIST, raw.place, f"access is {printable(raw.access, 40)}")
    listed = found if isinstance(found, list) else []
    given = [word.strip().lower() if isinstance(word, str) else "" for word in listed]
    known = tuple(word for word in _ACCESS if word in given)
    if len(known) < len(given) or (found is not None and not isinstance(found, list)):
        notes.mend(Quirk.ACCESS_UNKNOWN, raw.place, f"access is {printable(raw.access, 60)}")
    return known
