"""Product spec: what one model of device is and can do, as its vendor declares it.

`parse_product` is the one door for a document; the models are those of `protocol.product_model`.
"""

from dataclasses import replace
from hashlib import sha256
from itertools import islice
from typing import Final

from protocol import product_sense
from protocol.errors import ViolationError
from protocol.json_text import Object, read_object
from protocol.product_form import MAX_VIOLATIONS, leave_out_news, read_form
from protocol.product_model import (
    INTEGER_LIMITS,
    Access,
    Action,
    Choice,
    EventKind,
    Format,
    Number,
    Privacy,
    ProductSpec,
    Property,
    Service,
    Severity,
    Titles,
    Ui,
    Value,
)
from protocol.version import check_peer, may_add_fields

__all__ = [
    "INTEGER_LIMITS",
    "MAX_BYTES",
    "MAX_DEPTH",
    "MAX_VIOLATIONS",
    "Access",
    "Action",
    "Choice",
    "EventKind",
    "Format",
    "Number",
    "Privacy",
    "ProductSpec",
    "Property",
    "Service",
    "Severity",
    "Titles",
    "Ui",
    "Value",
    "digest",
    "parse_product",
]

MAX_BYTES: Final = 131_072
"""Largest product spec document (ECO-SPEC-001); real ones reach 23 kB."""

MAX_DEPTH: Final = 16
"""Deepest nesting of a document, the outermost object counted (ECO-SPEC-001)."""


def digest(document: bytes) -> str:
    """Return the SHA-256 of the exact bytes of a document, hex; the name it travels under."""
    return sha256(document).hexdigest()


def parse_product(document: bytes) -> ProductSpec:
    """Turn a document into a product spec that keeps every rule.

    A document of a newer minor version may hold fields, units and a class that this version does
    not know: they are left out of what is returned (ECO-VERSION-003).

    Raises:
        ViolationError: the only error, whatever the bytes are: `ECO-SPEC-*` for what the document
            says, `ECO-CODEC-*` for its JSON, `ECO-VERSION-*` for `eco`. Form goes before sense, and
            all violations of one kind are told at once, up to `MAX_VIOLATIONS`.
    """
    fields = _read(document)
    if _is_newer(fields):
        leave_out_news(fields)
    spec = read_form(fields)
    violations = tuple(islice(product_sense.check(spec), MAX_VIOLATIONS))
    if violations:
        raise ViolationError(*violations)
    return spec


def _read(document: bytes) -> Object:
    try:
        return read_object(document, MAX_BYTES, MAX_DEPTH)
    except ViolationError as error:
        broken = error.violation
    if broken.rule in {"ECO-CODEC-001", "ECO-CODEC-005"}:
        broken = replace(broken, rule="ECO-SPEC-001")
    if broken.path == "payload":
        broken = replace(broken, path="document")
    raise ViolationError(broken)


def _is_newer(fields: Object) -> bool:
    eco = fields.get("eco")
    if not isinstance(eco, str):
        return False
    try:
        return may_add_fields(check_peer(eco))
    except ViolationError as error:
        raise ViolationError(replace(error.violation, path="eco")) from None
