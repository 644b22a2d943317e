"""The one form of a paper: the canonical JSON of its model."""

import json
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from certification.errors import FormError
from certification.transcript.file import canonical
from protocol.errors import printable

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Short = Annotated[str, StringConstraints(min_length=1, max_length=256)]
Base64 = Annotated[str, StringConstraints(min_length=4, max_length=128)]


class Paper(BaseModel):
    """A part of a paper: strict, frozen, and with no field that is not known."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, allow_inf_nan=False, populate_by_name=True
    )

    def canonical(self) -> bytes:
        """Return the only bytes that say this."""
        return canonical(self.model_dump(mode="json", by_alias=True))


_Model = TypeVar("_Model", bound=Paper)


def read(content: bytes, model: type[_Model], where: str) -> _Model:
    """Return what the bytes of a paper say.

    Raises:
        FormError: They are not the canonical form of such a paper; names the place.
    """
    value = read_json(content, where)
    try:
        found = model.model_validate_json(content)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"]) or "it"
        raise FormError(where, f"{printable(place)}: {first['msg']}") from None
    if found.canonical() != canonical(value):
        raise FormError(where, "a value is not in its own form")
    return found


def read_json(content: bytes, where: str) -> Any:
    """Return the JSON that bytes are the canonical form of; raises FormError."""
    try:
        value = json.loads(content)
        written = canonical(value)
    except (ValueError, RecursionError):
        raise FormError(where, "not JSON") from None
    if written != content:
        raise FormError(f"{where}, byte {_differs(written, content)}", "not in its canonical form")
    return value


def _differs(one: bytes, other: bytes) -> int:
    for place, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return place
    return min(len(one), len(other))
