"""Reads a product spec that somebody wrote, and says what is wrong with it, place by place."""

from pathlib import Path
from typing import Final

from protocol.errors import Violation, ViolationError
from protocol.product import MAX_BYTES
from simulators.errors import SpecFileError
from simulators.product import Product

_INSTANCE: Final = b'"urn:'


def is_path(name: str) -> bool:
    """Say whether a product is named by a file of its product spec."""
    return "/" in name or name.endswith(".json")


def load(place: Path) -> bytes:
    """Return the bytes of a product spec's file.

    Raises:
        SpecFileError: It cannot be read, or is larger than any product spec.
    """
    try:
        if not place.is_file():
            what = "is a folder" if place.is_dir() else "is no file"
            found = what if place.exists() else "does not exist"
            raise SpecFileError(f"{place} {found}", "give the path of a product spec, a JSON file")
        with place.open("rb") as file:
            document = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise SpecFileError(
            f"{place} cannot be read: {error.strerror}", "check its owner"
        ) from None
    if len(document) > MAX_BYTES:
        size = place.stat().st_size
        text = f"{place} has {size:,} bytes, and a product spec at most {MAX_BYTES:,}"
        raise SpecFileError(text, "is it the right file?", "ECO-SPEC-001")
    return document


def parse(document: bytes, name: str) -> Product:
    """Read a product spec.

    Args:
        document: Its bytes.
        name: What errors call it.

    Raises:
        SpecFileError: It breaks rules; each is told with its place in the document and its cure.
    """
    try:
        return Product.read(document)
    except ViolationError as error:
        first = error.violations[0]
        count = len(error.violations)
        many = f"; {count} things are wrong in all" if count > 1 else ""
        raise SpecFileError(
            f"{name} is no product spec: {_line(first)}{many}",
            _remedy(document, first),
            first.rule,
            error.violations,
        ) from None


def _line(violation: Violation) -> str:
    seen = f" is {violation.sample}" if violation.sample else ""
    return f"{violation.path}{seen}: {violation.detail} ({violation.rule})"


def _remedy(document: bytes, first: Violation) -> str:
    if document.lstrip()[:64].find(_INSTANCE) >= 0:
        return "a MIoT instance becomes a product spec by: ecohub spec import FILE --out DIR"
    return first.fix
