"""Parts of a product as an import makes them, before they have addresses."""

from dataclasses import dataclass

from protocol.miot.mapping import Slot
from protocol.miot.notebook import Place
from protocol.miot.urn import Urn
from protocol.product_model import Access, Action, EventKind, Property, Titles


@dataclass(frozen=True, slots=True)
class Draft:
    """One property, action or event.

    Attributes:
        siid, iid: Its place on the wire.
        part: Its declaration; the name is the type's until it gets its own.
        format, access: Of a property, as the device has them.
        arguments, results: Of an action or event, in the order of the wire.
    """

    place: Place
    siid: int
    iid: int
    urn: Urn
    part: Property | Action | EventKind
    format: str = ""
    access: tuple[Access, ...] = ()
    arguments: tuple[Slot, ...] = ()
    results: tuple[Slot, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceDraft:
    """A service with its parts, in the order of their iids."""

    place: Place
    siid: int
    urn: Urn
    title: Titles
    parts: tuple[Draft, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A part that has its address; `part.name` is the second half of it.

    Attributes:
        service: The first half.
        is_standard: Whether the address is one of `protocol.parts.PARTS`.
    """

    service: str
    draft: Draft
    part: Property | Action | EventKind
    is_standard: bool

    @property
    def address(self) -> str:
        """`service.part`."""
        return f"{self.service}.{self.part.name}"
