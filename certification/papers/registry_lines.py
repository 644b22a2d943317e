"""The lines of a registry: what each kind says, and the chain that holds them."""

import datetime
import hashlib
from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal

from pydantic import Field

from certification.errors import FormError, SignatureError
from certification.papers import form
from certification.papers.statement import Day
from certification.report.model import Level
from certification.transcript.file import canonical

_NO_HASH: Final = "0" * 64


class _Line(form.Paper):
    n: Annotated[int, Field(ge=0)]
    date: Day
    prev: form.Sha256
    hash: form.Sha256


class Opening(_Line):
    """The first line: whose registry this is."""

    kind: Literal["registry"]
    format: Literal[1]
    name: form.Short
    keyid: form.Sha256


class Entry(_Line):
    """A certificate that this registry has countersigned."""

    kind: Literal["certificate"]
    certificate: form.Sha256
    vendor: form.Short
    vendor_keyid: form.Sha256
    product: form.Short
    hardware: form.Short
    firmware: form.Short
    firmware_sha256: form.Sha256
    declaration_sha256: form.Sha256
    level: Level
    issued: Day
    not_after: Day


class Revocation(_Line):
    """A certificate, or all of a vendor's key, that counts no more."""

    kind: Literal["revoked"]
    what: Literal["certificate", "key"]
    id: form.Sha256
    why: form.Short


class Head(form.Paper):
    """The signed last line."""

    kind: Literal["head"]
    count: Annotated[int, Field(ge=1)]
    date: Day
    last: form.Sha256
    keyid: form.Sha256
    sig: form.Base64


Line = Opening | Entry | Revocation


class _Any(form.Paper):
    line: Annotated[Line, Field(discriminator="kind")]


def read(text: bytes, before: Sequence[Line]) -> Line:
    """Return the line that follows some others.

    Raises:
        FormError: It is none, not in its only form, or in the wrong place.
        SignatureError: It is not chained to the one before.
    """
    where = f"line {len(before)}"
    form.read_json(text, where)
    line = form.read(b'{"line":' + text + b"}", _Any, where).line
    if line.n != len(before):
        raise FormError(where, f"it calls itself line {line.n}")
    if (line.n == 0) != isinstance(line, Opening):
        raise FormError(where, "a registry begins with `registry`, once")
    if line.prev != (before[-1].hash if before else _NO_HASH):
        raise SignatureError(where, "`prev` is not the hash of the line before")
    if line.hash != _hash(line):
        raise SignatureError(where, "`hash` is not that of the line")
    if before and line.date < before[-1].date:
        raise FormError(where, "its date is before that of the line before")
    return line


def chained(before: Sequence[Line], fields: Mapping[str, object], date: datetime.date) -> Line:
    """Return the line with these fields that follows some others."""
    prev = before[-1].hash if before else _NO_HASH
    whole = {**fields, "n": len(before), "date": date.isoformat(), "prev": prev}
    whole["hash"] = hashlib.sha256(canonical(whole)).hexdigest()
    return _Any.model_validate({"line": whole}).line


def _hash(line: Line) -> str:
    return hashlib.sha256(canonical(line.model_dump(mode="json", exclude={"hash"}))).hexdigest()
