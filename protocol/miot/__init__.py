"""Import of MIoT-Spec-V2, the format in which thousands of products are described.

`import_instance` is the one door: a document in; a product spec, the mapping to the wire and a
report out. `MiotError` is its only error; see `protocol.miot.errors` for the tree.
"""

from protocol.miot.errors import (
    MiotError,
    NotAnInstanceError,
    NothingLeftError,
    NotJsonError,
    TooLargeError,
)
from protocol.miot.importer import Imported, import_instance
from protocol.miot.mapping import ActionPlace, EventPlace, PropertyPlace, Slot, WireMapping
from protocol.miot.notebook import Mend, Place, Refusal
from protocol.miot.quirks import QUIRKS, REASONS, Quirk, Reason
from protocol.miot.report import Count, Report

__all__ = [
    "QUIRKS",
    "REASONS",
    "ActionPlace",
    "Count",
    "EventPlace",
    "Imported",
    "Mend",
    "MiotError",
    "NotAnInstanceError",
    "NotJsonError",
    "NothingLeftError",
    "Place",
    "PropertyPlace",
    "Quirk",
    "Reason",
    "Refusal",
    "Report",
    "Slot",
    "TooLargeError",
    "WireMapping",
    "import_instance",
]
