"""An instance document as it stands, read with forgiveness: nothing is judged yet but its form."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from protocol.errors import printable
from protocol.miot.errors import NotAnInstanceError, TooLargeError
from protocol.miot.notebook import Kind, Notebook, Place
from protocol.miot.quirks import Quirk, Reason
from protocol.miot.urn import Urn, parse_urn

MAX_PARTS: Final = 2_048
"""Most services, properties, actions and events together; real ones reach 250."""

MAX_IID: Final = 4_294_967_295

Json = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class RawProperty:
    """A property as it stands; what the fields say is not judged yet."""

    place: Place
    urn: Urn
    description: object
    format: object
    access: object
    unit: object
    range: object
    choices: object
    max_length: object


@dataclass(frozen=True, slots=True)
class RawCall:
    """An action or an event as it stands; an event has no results."""

    place: Place
    urn: Urn
    description: object
    arguments: object
    results: object


@dataclass(frozen=True, slots=True)
class RawService:
    """A service and those of its parts that have an iid and a type."""

    place: Place
    urn: Urn
    description: object
    properties: tuple[RawProperty, ...]
    actions: tuple[RawCall, ...]
    events: tuple[RawCall, ...]


@dataclass(frozen=True, slots=True)
class Instance:
    """A device as its document describes it.

    Attributes:
        in_file: How many properties, actions and events stand in the file, read or not.
    """

    urn: Urn
    text: str
    description: object
    services: tuple[RawService, ...]
    in_file: Mapping[Kind, int]


_PARTS: Final[tuple[tuple[str, Kind], ...]] = (
    ("properties", "property"),
    ("actions", "action"),
    ("events", "event"),
)
_KNOWN: Final[Mapping[Kind, frozenset[str]]] = {
    "device": frozenset({"type", "description", "services", "urn"}),
    "service": frozenset({"iid", "type", "description", "properties", "actions", "events"}),
    "property": frozenset(
        [
            *("iid", "type", "description", "format", "access", "unit"),
            *("value-range", "value-list", "max-length", "maxLength"),
        ]
    ),
    "action": frozenset({"iid", "type", "description", "in", "out"}),
    "event": frozenset({"iid", "type", "description", "arguments"}),
}


def read_instance(document: object, notes: Notebook) -> Instance:
    """Read an instance from JSON.

    Raises:
        NotAnInstanceError: it has no services, or its type is none of a device.
        TooLargeError: more than `MAX_PARTS`.
    """
    return _Reader(notes).instance(_unwrapped(document, notes))


def _unwrapped(document: object, notes: Notebook) -> Json:
    found, path = document, ""
    for _ in range(3):
        if isinstance(found, list) and len(found) == 1:
            found, path = found[0], f"{path}.0"
        elif isinstance(found, dict) and "services" not in found:
            name = next((key for key in _WRAPPERS if isinstance(found.get(key), dict | list)), "")
            if not name:
                break
            found, path = found[name], f"{path}.{name}"
    if not isinstance(found, dict) or "services" not in found:
        detail = "there is no `services`, so this is no instance of MIoT-Spec-V2"
        if _is_translation(found):
            detail = "these are the translations of an instance, not the instance"
        raise NotAnInstanceError(path.strip(".") or "document", detail, _GET_INSTANCE)
    if path:
        notes.mend(Quirk.WRAPPED, Place("device", "document"), f"found at {path.strip('.')}")
    return found


def _is_translation(found: object) -> bool:
    words = list(found)[:8] if isinstance(found, dict) else []
    return any(word.startswith("service:") or word in {"en", "zh_cn"} for word in words)


class _Reader:
    def __init__(self, notes: Notebook) -> None:
        self._notes = notes
        self._seen: set[tuple[Kind, int, int]] = set()
        self._unknown: Counter[str] = Counter()
        self._in_file: Counter[Kind] = Counter()

    def instance(self, document: Json) -> Instance:
        place = Place("device", "document")
        text = document.get("type", document.get("urn"))
        urn = parse_urn(text, "device")
        if urn is None:
            detail = f"the type of the device is {printable(text, 60)}"
            raise NotAnInstanceError("type", detail, _GET_TYPE)
        self._check_urn(place, urn, text)
        self._note_unknown("device", document)
        listed_services = self._list(place, document.get("services"), "services")
        self._bound(listed_services)
        services = tuple(self._services(listed_services))
        for name, times in sorted(self._unknown.items()):
            self._notes.mend(Quirk.FIELD_UNKNOWN, place, f"{name}, {times} times")
        kinds: tuple[Kind, ...] = ("service", "property", "action", "event")
        in_file = {kind: self._in_file[kind] for kind in kinds}
        return Instance(urn, str(text), document.get("description"), services, in_file)

    def _bound(self, services: list[object]) -> None:
        parts = len(services)
        for service in services:
            if isinstance(service, dict):
                parts += sum(len(service[key]) for key, _ in _PARTS if _sized(service.get(key)))
        if parts > MAX_PARTS:
            detail = f"it has {parts} services and parts, at most {MAX_PARTS} are read"
            raise TooLargeError("services", detail, "a device has some hundred; leave out the rest")

    def _services(self, found: list[object]) -> Iterator[RawService]:
        seen: set[int] = set()
        for number, service in enumerate(found):
            path = f"services.{number}"
            self._in_file["service"] += 1
            if not isinstance(service, dict):
                detail = f"it is {printable(service, 60)}"
                self._notes.refuse(Reason.MALFORMED, Place("service", path), detail)
                continue
            siid = self._iid(Place("service", path), service)
            urn = parse_urn(service.get("type"), "service")
            name = _shown(service.get("type"), urn)
            place = Place("service", path, name, siid)
            self._note_unknown("service", service)
            if siid is None or urn is None:
                self._refuse_service(place, service, siid)
                continue
            self._check_urn(place, urn, service.get("type"))
            if siid in seen:
                self._notes.mend(Quirk.IID_SHARED, place, f"another service has iid {siid}")
            seen.add(siid)
            yield self._service(place, siid, urn, service)

    def _service(self, place: Place, siid: int, urn: Urn, service: Json) -> RawService:
        parts = {
            kind: list(self._parts(place, siid, kind, self._list(place, service.get(key), key)))
            for key, kind in _PARTS
        }
        return RawService(
            place,
            urn,
            service.get("description"),
            tuple(_property(*part) for part in parts["property"]),
            tuple(_call(*part, "in", "out") for part in parts["action"]),
            tuple(_call(*part, "arguments", "") for part in parts["event"]),
        )

    def _refuse_service(self, place: Place, service: Json, siid: int | None) -> None:
        why = "no iid" if siid is None else "no type of a service"
        reason = Reason.NO_IID if siid is None else Reason.NO_TYPE
        self._notes.refuse(reason, place, f"the service has {why}")
        for key, kind in _PARTS:
            for number, part in enumerate(self._list(place, service.get(key), key)):
                self._in_file[kind] += 1
                fields = part if isinstance(part, dict) else {}
                name = _shown(fields.get("type"), parse_urn(fields.get("type"), kind))
                where = Place(kind, f"{place.path}.{key}.{number}", name, siid)
                self._notes.refuse(reason, where, f"its service has {why}")

    def _parts(
        self, owner: Place, siid: int, kind: Kind, found: list[object]
    ) -> Iterator[tuple[Place, Urn, Json]]:
        key = next(key for key, each in _PARTS if each == kind)
        for number, part in enumerate(found):
            self._in_file[kind] += 1
            path = f"{owner.path}.{key}.{number}"
            if not isinstance(part, dict):
                detail = f"it is {printable(part, 60)}"
                self._notes.refuse(Reason.MALFORMED, Place(kind, path, "", siid), detail)
                continue
            self._note_unknown(kind, part)
            urn = parse_urn(part.get("type"), kind)
            name = _shown(part.get("type"), urn)
            iid = self._iid(Place(kind, path, name, siid), part)
            place = Place(kind, path, name, siid, iid)
            if self._is_known(place, urn, part) and urn is not None:
                yield place, urn, part

    def _is_known(self, place: Place, urn: Urn | None, part: Json) -> bool:
        if place.siid is None or place.iid is None:
            detail = f"its iid is {printable(part.get('iid'), 60)}"
            self._notes.refuse(Reason.NO_IID, place, detail)
            return False
        if urn is None:
            detail = f"its type is {printable(part.get('type'), 100)}"
            self._notes.refuse(Reason.NO_TYPE, place, detail)
            return False
        key = (place.kind, place.siid, place.iid)
        if key in self._seen:
            detail = f"{place.number} stands before it in the file"
            self._notes.refuse(Reason.IID_DOUBLED, place, detail)
            return False
        self._seen.add(key)
        self._check_urn(place, urn, part.get("type"))
        return True

    def _iid(self, place: Place, part: Json) -> int | None:
        found = part.get("iid")
        if isinstance(found, str) and found.strip().isascii() and found.strip().isdigit():
            if len(found.strip()) > 10:
                return None
            self._notes.mend(Quirk.NUMBER_AS_TEXT, place, f"iid {found!r}")
            found = int(found)
        if isinstance(found, float) and found.is_integer():
            found = int(found)
        if isinstance(found, bool) or not isinstance(found, int):
            return None
        return found if 0 <= found <= MAX_IID else None

    def _list(self, place: Place, found: object, key: str) -> list[object]:
        if isinstance(found, list):
            return found
        if found is None:
            return []
        self._notes.mend(Quirk.NOT_A_LIST, place, f"{key} is {printable(found, 60)}")
        if isinstance(found, dict):
            return [found] if "iid" in found else list(found.values())
        return []

    def _check_urn(self, place: Place, urn: Urn, text: object) -> None:
        if not urn.is_whole:
            self._notes.mend(Quirk.TYPE_ODD, place, printable(text, 200))

    def _note_unknown(self, kind: Kind, fields: Json) -> None:
        for name in sorted(fields.keys() - _KNOWN[kind]):
            word = printable(name, 40)
            if word in self._unknown or len(self._unknown) < _MOST_UNKNOWN:
                self._unknown[word] += 1


def _sized(found: object) -> bool:
    return isinstance(found, list | dict)


def _shown(text: object, urn: Urn | None) -> str:
    return printable(urn.name if urn else text if isinstance(text, str) else "", 60)


def _property(place: Place, urn: Urn, part: Json) -> RawProperty:
    return RawProperty(
        place,
        urn,
        part.get("description"),
        part.get("format"),
        part.get("access"),
        part.get("unit"),
        part.get("value-range"),
        part.get("value-list"),
        part.get("max-length", part.get("maxLength")),
    )


def _call(place: Place, urn: Urn, part: Json, arguments: str, results: str) -> RawCall:
    return RawCall(
        place, urn, part.get("description"), part.get(arguments), part.get(results, None)
    )


_MOST_UNKNOWN: Final = 64
_WRAPPERS: Final = ("data", "result", "instance", "spec")
_GET_INSTANCE: Final = (
    "give it the instance itself: an object with `type`, `description` and `services`"
)
_GET_TYPE: Final = "it reads like urn:miot-spec-v2:device:light:0000A001:yeelink-color2:1"
