"""The import itself: bytes of a MIoT document in; product spec, mapping and report out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from protocol.ids import Address
from protocol.miot.assembly import Identity, assemble, identity, mapping
from protocol.miot.document import read_json
from protocol.miot.drafting import draft
from protocol.miot.drafts import Named, ServiceDraft
from protocol.miot.errors import NothingLeftError
from protocol.miot.fitting import drop_surplus, english_only, fit_state
from protocol.miot.instance import Instance, RawProperty, read_instance
from protocol.miot.mapping import WireMapping
from protocol.miot.naming import name_parts, name_services
from protocol.miot.notebook import Kind, Notebook, Place
from protocol.miot.quirks import Quirk, Reason
from protocol.miot.report import Count, Report
from protocol.miot.texts import NO_TRANSLATIONS, Translations, title, words
from protocol.miot.translations import read_translations
from protocol.product import MAX_BYTES
from protocol.product_model import ProductSpec, Property, Titles

INFORMATION: Final = "device-information"


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a document.

    Attributes:
        product: The product spec, bytes that `protocol.product.parse_product` takes.
        mapping: The wire place of every address.
        report: What was imported, mended and refused.
    """

    product: bytes
    mapping: WireMapping
    report: Report


def import_instance(document: bytes, translations: bytes | None = None) -> Imported:
    """Turn an instance of MIoT-Spec-V2 into a product spec from which its devices can be driven.

    The same bytes give the same result, always, whatever the order of services and parts.

    Args:
        document: One instance, as the registry sends it.
        translations: The registry's multiLanguage document for it, for better titles.

    Raises:
        MiotError: the only error, whatever the bytes are.
    """
    notes = Notebook()
    texts = NO_TRANSLATIONS if translations is None else read_translations(translations)
    instance = read_instance(read_json(document), notes)
    _check_information(instance, notes)
    services = draft(instance, texts, notes)
    names = name_services(services, notes)
    named = name_parts(instance.urn.name, zip(names, services, strict=True), notes)
    own = identity(instance, _title(instance, texts, notes))
    fitted = _Fitting(own, instance, services, names, notes).fit(fit_state(named, notes))
    arguments = _arguments_alone(instance, fitted.parts, notes)
    return Imported(
        _document(fitted.spec),
        mapping(instance.text, fitted.parts),
        _report(instance, fitted, arguments, notes),
    )


@dataclass(frozen=True, slots=True)
class _Fitted:
    spec: ProductSpec
    parts: Sequence[Named]
    lacks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Fitting:
    own: Identity
    instance: Instance
    services: Sequence[ServiceDraft]
    names: Sequence[str]
    notes: Notebook

    def fit(self, parts: Sequence[Named]) -> _Fitted:
        """Return the product of parts, its document within the limit."""
        fitted = self._fitted(parts, is_bilingual=True)
        if _excess(fitted.spec) <= 0:
            return fitted
        self.notes.mend(Quirk.TITLE_DROPPED, Place("device", "document"), "of all parts")
        parts = [
            Named(each.service, each.draft, english_only(each.part), each.is_standard)
            for each in parts
        ]
        fitted = self._fitted(parts, is_bilingual=False)
        while (surplus := _excess(fitted.spec)) > 0:
            parts = drop_surplus(parts, surplus, self.notes)
            fitted = self._fitted(parts, is_bilingual=False)
        return fitted

    def _fitted(self, parts: Sequence[Named], *, is_bilingual: bool) -> _Fitted:
        titles: dict[str, Titles] = {}
        for name, service in zip(self.names, self.services, strict=True):
            titles[name] = service.title if is_bilingual else {"en": service.title["en"]}
        spec, lacks = assemble(self.own, self.instance, parts, titles)
        return _Fitted(spec, parts, lacks)


def _document(spec: ProductSpec) -> bytes:
    return spec.model_dump_json(by_alias=True, exclude_defaults=True).encode()


def _excess(spec: ProductSpec) -> int:
    return len(_document(spec)) - MAX_BYTES


def _check_information(instance: Instance, notes: Notebook) -> None:
    place = Place("device", "document")
    names = {service.urn.name for service in instance.services if service.urn.is_standard}
    if INFORMATION not in names:
        notes.mend(Quirk.NO_DEVICE_INFORMATION, place, f"the type is {instance.text}")
    if not instance.urn.model:
        notes.mend(Quirk.NO_MODEL, place, f"the type is {instance.text}")


def _title(instance: Instance, texts: Translations, notes: Notebook) -> Titles:
    place = Place("device", "document", instance.urn.name)
    return title(instance.description, words(instance.urn.name), "", texts, (notes, place))


def _arguments_alone(
    instance: Instance, parts: Iterable[Named], notes: Notebook
) -> tuple[Place, ...]:
    """Return the properties that live on as arguments alone, and note each.

    One whose actions and events were refused is refused too.
    """
    used = set[tuple[int, int | None]]()
    for each in parts:
        slots = (*each.draft.arguments, *each.draft.results)
        used.update((each.draft.siid, slot.piid) for slot in slots if slot.name)
    own = {each.draft.place for each in parts if isinstance(each.part, Property)}
    refused = {refusal.place for refusal in notes.refused}
    found: list[Place] = []
    for raw in _properties(instance):
        if raw.place in own or raw.place in refused:
            continue
        if (raw.place.siid, raw.place.iid) in used:
            found.append(raw.place)
            notes.mend(Quirk.ACCESS_EMPTY, raw.place, "an argument or result alone")
        else:
            detail = "the actions and events that name it had no room"
            notes.refuse(Reason.NO_ROOM, raw.place, detail)
    return tuple(found)


def _properties(instance: Instance) -> Iterable[RawProperty]:
    return (raw for service in instance.services for raw in service.properties)


def _report(
    instance: Instance, fitted: _Fitted, arguments: tuple[Place, ...], notes: Notebook
) -> Report:
    kept: dict[Kind, int] = {"service": len(instance.services), "property": len(arguments)}
    for each in fitted.parts:
        kind = each.draft.place.kind
        kept[kind] = kept.get(kind, 0) + 1
    counts = _counts(instance.in_file, kept, notes)
    if not fitted.parts:
        why = f"; the first: {notes.refused[0].detail}" if notes.refused else ""
        detail = f"none of its {sum(instance.in_file.values())} services and parts was taken{why}"
        raise NothingLeftError("services", detail, "is the file whole?")
    spec = fitted.spec
    return Report(
        urn=instance.text,
        name=f"{spec.vendor} {spec.product}",
        title=spec.title["en"],
        device_class=spec.device_class,
        lacks=fitted.lacks,
        services=counts["service"],
        properties=counts["property"],
        actions=counts["action"],
        events=counts["event"],
        as_arguments=len(arguments),
        standard=tuple(Address(each.address) for each in fitted.parts if each.is_standard),
        mended=tuple(notes.mended),
        refused=tuple(notes.refused),
    )


def _counts(
    in_file: Mapping[Kind, int], kept: Mapping[Kind, int], notes: Notebook
) -> dict[Kind, Count]:
    refused = [refusal.place.kind for refusal in notes.refused]
    return {
        kind: Count(total, kept.get(kind, 0), refused.count(kind))
        for kind, total in in_file.items()
    }
