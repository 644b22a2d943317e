"""Addresses: standard ones first, then names from types, a vendor's own in its namespace."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from protocol.miot import standard
from protocol.miot.drafts import Draft, Named, ServiceDraft
from protocol.miot.notebook import Kind, Notebook
from protocol.miot.quirks import Quirk
from protocol.miot.urn import Urn
from protocol.parts import PARTS
from protocol.product_model import Action, EventKind, Property
from protocol.slugs import distinct, name

FORMAT_NAMESPACE: Final = "miot"
"""Vendor's prefix of what MIoT defines under a name that means something else here."""

_ORDER: Final[tuple[Kind, ...]] = ("property", "action", "event")


def name_services(services: Iterable[ServiceDraft], notes: Notebook) -> list[str]:
    """Return a name for each service; of equal ones the lowest iid keeps it."""
    each = list(services)
    wanted = [
        (f"{_prefix(service.urn)}{name(service.urn.name, 'service')}", str(service.siid))
        for service in each
    ]
    names = distinct(wanted)
    for service, (word, _), found in zip(each, wanted, names, strict=True):
        if found != word:
            notes.mend(Quirk.NAME_DOUBLED, service.place, f"{word} is {found}")
    return names


def name_parts(
    device: str, services: Iterable[tuple[str, ServiceDraft]], notes: Notebook
) -> list[Named]:
    """Return every part with its address, each address once.

    Args:
        device: Type name of the device.
        services: Each with its own name, in the order of their iids.
        notes: Where changed names are noted.
    """
    taken = set[str]()
    named: list[Named] = []
    groups: dict[str, list[Named]] = defaultdict(list)
    for own_name, service in services:
        for draft in service.parts:
            found = _standard(device, service, draft, taken, notes)
            if found is None:
                part = _natural(own_name, service, draft, taken, notes)
                found = Named(own_name, draft, part, is_standard=False)
            groups[found.service].append(found)
    for group in groups.values():
        named += _told_apart(group, notes)
    return sorted(named, key=_position)


def _standard(
    device: str, service: ServiceDraft, draft: Draft, taken: set[str], notes: Notebook
) -> Named | None:
    if not (service.urn.is_standard and draft.urn.is_standard):
        return None
    kind = draft.place.kind
    match = standard.matches(device, service.urn.name, kind, draft.urn.name, draft.part)
    if match is None or match.address in taken:
        return None
    taken.add(match.address)
    if "notify" in _access(match.part) and "notify" not in _access(draft.part):
        detail = f"access {', '.join(_access(draft.part))}"
        notes.mend(Quirk.ACCESS_POLLED, draft.place, detail)
    owner, _, word = match.address.partition(".")
    return Named(owner, draft, _renamed(match.part, word), is_standard=True)


def _access(part: Property | Action | EventKind) -> tuple[str, ...]:
    return part.access if isinstance(part, Property) else ()


def _natural(
    owner: str, service: ServiceDraft, draft: Draft, taken: set[str], notes: Notebook
) -> Property | Action | EventKind:
    word = name(draft.urn.name, draft.place.kind)
    if word.replace("_", "") != _plain(draft.urn.name):
        notes.mend(Quirk.NAME_MENDED, draft.place, f"{draft.urn.name} is {word}")
    address = f"{owner}.{word}"
    if not draft.urn.is_standard and draft.urn.namespace != service.urn.namespace:
        word = f"{_prefix(draft.urn)}{word}"
    elif service.urn.is_standard and address in PARTS and address not in taken:
        notes.mend(Quirk.NAME_TAKEN, draft.place, f"{address} means something else here")
        word = f"{FORMAT_NAMESPACE}:{word}"
    return _renamed(draft.part, word)


def _plain(text: str) -> str:
    return "".join(char for char in text.lower() if char not in "-_.")


def _told_apart(group: list[Named], notes: Notebook) -> Iterator[Named]:
    """Make the names of one service differ: standard ones stay, then properties go first."""
    ordered = sorted(group, key=lambda each: (not each.is_standard, *_position(each)))
    held = set[str]()
    wanted: list[tuple[str, str]] = []
    for each in ordered:
        word, kind = each.part.name, each.draft.place.kind
        if kind == "property" or each.is_standard:
            held.add(word)
        elif word in held:
            word = distinct([(word, ""), (word, kind)])[1]
        wanted.append((word, str(each.draft.iid)))
    for each, found in zip(ordered, distinct(wanted), strict=True):
        if found != each.part.name:
            detail = f"{each.part.name} is {found}"
            notes.mend(Quirk.NAME_DOUBLED, each.draft.place, detail)
        yield Named(each.service, each.draft, _renamed(each.part, found), each.is_standard)


def _position(each: Named) -> tuple[int, int, int, str]:
    draft = each.draft
    return _ORDER.index(draft.place.kind), draft.siid, draft.iid, draft.urn.namespace


def _prefix(urn: Urn) -> str:
    """Return the namespace of a vendor's type, with its colon; nothing for the format's own."""
    if urn.is_standard:
        return ""
    return f"{name(urn.namespace.removesuffix('-spec'), 'v')}:"


def _renamed(part: Property | Action | EventKind, word: str) -> Property | Action | EventKind:
    return part.model_copy(update={"name": word})
