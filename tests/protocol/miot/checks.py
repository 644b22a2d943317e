"""What holds of every import, whatever the document was."""

import json

from protocol import json_text
from protocol.messages import Scalar
from protocol.miot import Imported
from protocol.product import parse_product
from protocol.product_model import Property
from protocol.validator import CompiledProduct, compile_product

ENVELOPE = json.dumps(
    {
        "epoch": 2**53 - 1,
        "connection": 2**53 - 1,
        "seq": 2**53 - 1,
        "time": "2026-01-01T00:00:00.000000Z",
        "full": True,
        "cause": "c" * 96,
    }
)
"""Longer than what stands around the values of a state."""


def check(imported: Imported) -> CompiledProduct:
    """Hold an import against what every import promises, and return its product, compiled."""
    product = compile_product(parse_product(imported.product))
    report, mapping = imported.report, imported.mapping
    for count in (report.services, report.properties, report.actions, report.events):
        assert count.in_file == count.imported + count.refused
    assert mapping.properties.keys() == product.properties.keys()
    assert mapping.actions.keys() == product.actions.keys()
    assert mapping.events.keys() == product.events.keys()
    assert report.properties.imported == len(product.properties) + report.as_arguments
    assert report.actions.imported == len(product.actions)
    assert report.events.imported == len(product.events)
    for places in (mapping.properties, mapping.actions, mapping.events):
        assert len(set(places.values())) == len(places)
    _check_slots(imported, product)
    assert len(ENVELOPE) + len(_longest_state(product)) <= json_text.MAX_BYTES
    for document in (mapping.document(), report.document()):
        assert json.loads(document)
    assert "\n".join(report.lines()).isprintable() or "\n" in "\n".join(report.lines())
    return product


def _check_slots(imported: Imported, product: CompiledProduct) -> None:
    for address, action in product.actions.items():
        place = imported.mapping.actions[address]
        assert [slot.name for slot in place.arguments] == [v.name for v in action.arguments]
        assert [s.name for s in place.results if s.name] == [v.name for v in action.results]
    for address, event in product.events.items():
        slots = imported.mapping.events[address].arguments
        assert [slot.name for slot in slots if slot.name] == [v.name for v in event.arguments]


def _longest_state(product: CompiledProduct) -> bytes:
    longest = {a: _longest(product.properties[a]) for a in product.readable}
    return json.dumps(longest, ensure_ascii=False, separators=(",", ":")).encode()


def _longest(part: Property) -> Scalar:
    if part.format == "string":
        assert part.max_length is not None
        return "\x00" * part.max_length
    if part.format == "bool":
        return False
    if part.format == "float":
        return -1.7976931348623157e308
    return -(2**53) + 1
