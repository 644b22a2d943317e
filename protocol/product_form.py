"""The form of a product spec's document: ECO-SPEC-003, told place by place."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails, to_json

from protocol import classes
from protocol.errors import Violation, ViolationError, printable
from protocol.json_text import Object
from protocol.product_model import (
    Action,
    Choice,
    EventKind,
    ProductSpec,
    Property,
    Service,
    Ui,
    Value,
)
from protocol.units import UNITS

MAX_VIOLATIONS: Final = 32
"""So many broken rules of one document are told; the rest shows once these are mended."""

_PARTS: Final[tuple[tuple[str, type[BaseModel]], ...]] = (
    ("properties", Property),
    ("actions", Action),
    ("events", EventKind),
)
_INNER: Final[dict[str, type[BaseModel]]] = {
    "services": Service,
    **dict(_PARTS),
    "arguments": Value,
    "results": Value,
    "enum": Choice,
    "ui": Ui,
}
_MODELS: Final[tuple[type[BaseModel], ...]] = (ProductSpec, *_INNER.values())
_KNOWN: Final = {
    model: frozenset(field.alias or name for name, field in model.model_fields.items())
    for model in _MODELS
}


def read_form(fields: Object) -> ProductSpec:
    """Turn the fields of a document into a product spec.

    Raises:
        ViolationError: `ECO-SPEC-003`, once for each place that has another form, up to
            `MAX_VIOLATIONS`.
    """
    violations = tuple(islice(_violations(fields), MAX_VIOLATIONS))
    if violations:
        raise ViolationError(*violations)
    return ProductSpec.model_validate_json(to_json(fields))


def leave_out_news(fields: Object) -> None:
    """Take out of a document of a newer version what only that version knows.

    Fields, units and the device class; a format or an access that is not known here is left, and
    refused.
    """
    kind = fields.get("class")
    if isinstance(kind, str) and not classes.is_known(kind):
        del fields["class"]
    _leave_out(fields, ProductSpec)


def _leave_out(fields: Object, model: type[BaseModel]) -> None:
    known = _KNOWN[model]
    for name, found in list(fields.items()):
        if name not in known or (name == "unit" and isinstance(found, str) and found not in UNITS):
            del fields[name]
        elif name in _INNER:
            for child in found if isinstance(found, list) else [found]:
                if isinstance(child, dict):
                    _leave_out(child, _INNER[name])


def _violations(fields: Object) -> Iterator[Violation]:
    """Yield what is wrong, part by part: a document can be wrong in 170,000 places (1 s)."""
    services = fields.get("services")
    if not isinstance(services, list):
        yield from _of_model(ProductSpec, fields, "")
        return
    yield from _of_model(ProductSpec, {**fields, "services": []}, "")
    for number, service in enumerate(services):
        yield from _of_service(service, f"services.{number}")


def _of_service(service: object, path: str) -> Iterator[Violation]:
    if not isinstance(service, dict):
        yield from _of_model(Service, service, path)
        return
    lists = {name: service[name] for name, _ in _PARTS if isinstance(service.get(name), list)}
    yield from _of_model(Service, {**service, **{name: [] for name in lists}}, path)
    for name, model in _PARTS:
        for number, part in enumerate(lists.get(name, [])):
            yield from _of_model(model, part, f"{path}.{name}.{number}")


def _of_model(model: type[BaseModel], fields: object, path: str) -> Iterator[Violation]:
    try:
        model.model_validate_json(to_json(fields))
    except ValidationError as error:
        problems = error.errors(include_url=False, include_context=False)
    else:
        return
    told = set[str]()
    for problem in problems:
        violation = _violation(problem, path)
        if violation.path not in told:
            yield violation
        told.add(violation.path)


def _violation(problem: ErrorDetails, path: str) -> Violation:
    loc, detail = problem["loc"], problem["msg"]
    if len(loc) > 1 and loc[-1] in {"int", "float"} and isinstance(loc[-2], int):
        loc, detail = loc[:-1], "Input should be a number"  # neither branch of int | float
    names = [path, *(str(part) for part in loc if part != "[key]")]
    where = printable(".".join(name for name in names if name))
    sample = "" if problem["type"] == "missing" else printable(problem["input"])
    return Violation("ECO-SPEC-003", where, sample, detail)
