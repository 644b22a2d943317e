"""Where each address of an imported product stands on the wire of MIoT: all that a driver needs."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from protocol.ids import Address
from protocol.product_model import Access


@dataclass(frozen=True, slots=True)
class PropertyPlace:
    """A property on the wire.

    Attributes:
        format: As the document names it; empty where it names none.
        access: What the device does of its own; a property that cannot be read is told, or null.
    """

    siid: int
    piid: int
    format: str
    access: tuple[Access, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """One place in the list of an action's or event's values, in the order of the wire.

    Attributes:
        name: Name of the argument or result; None for one that the product spec leaves out.
        piid: The property whose value it is; None where the document names none.
    """

    name: str | None
    piid: int | None


@dataclass(frozen=True, slots=True)
class ActionPlace:
    """An action on the wire; `arguments` go in, `results` come out."""

    siid: int
    aiid: int
    arguments: tuple[Slot, ...] = ()
    results: tuple[Slot, ...] = ()


@dataclass(frozen=True, slots=True)
class EventPlace:
    """An event on the wire."""

    siid: int
    eiid: int
    arguments: tuple[Slot, ...] = ()


@dataclass(frozen=True, slots=True)
class WireMapping:
    """The wire place of every address of a product.

    Attributes:
        urn: Type of the device, as the document has it.
    """

    urn: str
    properties: Mapping[Address, PropertyPlace]
    actions: Mapping[Address, ActionPlace]
    events: Mapping[Address, EventPlace]

    def document(self) -> bytes:
        """Return the mapping as JSON, for the file beside the product spec."""
        fields = {
            "urn": self.urn,
            "properties": {
                address: {
                    "siid": place.siid,
                    "piid": place.piid,
                    "format": place.format,
                    "access": place.access,
                }
                for address, place in self.properties.items()
            },
            "actions": {
                address: {
                    "siid": place.siid,
                    "aiid": place.aiid,
                    "in": _slots(place.arguments),
                    "out": _slots(place.results),
                }
                for address, place in self.actions.items()
            },
            "events": {
                address: {
                    "siid": place.siid,
                    "eiid": place.eiid,
                    "arguments": _slots(place.arguments),
                }
                for address, place in self.events.items()
            },
        }
        return json.dumps(fields, ensure_ascii=False, indent=1).encode()


def _slots(slots: tuple[Slot, ...]) -> list[dict[str, str | int | None]]:
    return [{"name": slot.name, "piid": slot.piid} for slot in slots]
