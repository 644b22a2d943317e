"""Product spec: what one model of device is and can do, as its vendor declares it.

`parse_product` is the one door for a document; the models are those of `protocol.product_model`.
"""

from dataclasses import replace
from hashlib import sha256
from itertools import islice
from typing import Any, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails, to_json

from protocol import classes, product_sense
from protocol.codec import Object, read_object
from protocol.errors import Violation, ViolationError, printable
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
from protocol.units import UNITS
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

MAX_VIOLATIONS: Final = 32
"""So many broken rules of one document are told; the rest shows once these are mended."""


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
        _forget_unknown_words(fields)
        spec = _validate_newer(fields)
    else:
        spec = _validate(document)
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
    raise ViolationError(broken)


def _is_newer(fields: Object) -> bool:
    eco = fields.get("eco")
    if not isinstance(eco, str):
        return False
    try:
        return may_add_fields(check_peer(eco))
    except ViolationError as error:
        raise ViolationError(replace(error.violation, path="eco")) from None


def _validate(document: bytes) -> ProductSpec:
    try:
        return ProductSpec.model_validate_json(document)
    except ValidationError as error:
        raise ViolationError(*_violations(_problems(error))) from None


def _validate_newer(fields: Object) -> ProductSpec:
    """Leave out the fields that only a newer version knows."""
    try:
        return ProductSpec.model_validate_json(to_json(fields))
    except ValidationError as error:
        problems = _problems(error)
    extras = [p for p in problems if p["type"] == "extra_forbidden"]
    if len(extras) < len(problems):
        rest = [p for p in problems if p["type"] != "extra_forbidden"]
        raise ViolationError(*_violations(rest))
    for problem in extras:
        _remove(fields, problem["loc"])
    return _validate(to_json(fields))


def _forget_unknown_words(node: object) -> None:
    if isinstance(node, dict):
        unit = node.get("unit")
        if isinstance(unit, str) and unit not in UNITS:
            del node["unit"]
        kind = node.get("class")
        if isinstance(kind, str) and not classes.is_known(kind):
            del node["class"]
        node = list(node.values())
    if isinstance(node, list):
        for child in node:
            _forget_unknown_words(child)


def _problems(error: ValidationError) -> list[ErrorDetails]:
    return error.errors(include_url=False, include_context=False)


def _remove(fields: Object, loc: tuple[int | str, ...]) -> None:
    place: Any = fields
    for part in loc[:-1]:
        place = place[part]
    del place[loc[-1]]


def _violations(problems: list[ErrorDetails]) -> list[Violation]:
    """Return one violation a place: a number that is neither int nor float is two problems."""
    found: dict[str, Violation] = {}
    for problem in problems:
        loc, detail = problem["loc"], problem["msg"]
        if len(loc) > 1 and loc[-1] in {"int", "float"} and isinstance(loc[-2], int):
            loc, detail = loc[:-1], "Input should be a number"
        path = printable(".".join(str(part) for part in loc if part != "[key]")) or "document"
        sample = "" if problem["type"] == "missing" else printable(problem["input"])
        found.setdefault(path, Violation("ECO-SPEC-003", path, sample, detail))
        if len(found) == MAX_VIOLATIONS:
            break
    return list(found.values())
