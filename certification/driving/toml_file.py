"""Reads a TOML file into a model, and says of a mistake what it is, where, and what mends it."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from certification.errors import UsageError
from protocol.errors import printable

MAX_BYTES: Final = 262_144
"""Larger files are none that a person wrote."""

_MAKE: Final = "ecohub certify init makes one from a device that is running"

_Model = TypeVar("_Model", bound=BaseModel)


def read(file: Path, model: type[_Model], remedy: str = _MAKE) -> _Model:
    """Return what a file says.

    Args:
        file: Where it is.
        model: What it has to be.
        remedy: What to do where it cannot be read.

    Raises:
        UsageError: It cannot be read, is no TOML, or has a wrong, missing or unknown key. What
            stands at the key is not repeated: it may be a secret.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror}", remedy, "file") from None
    if len(content) > MAX_BYTES:
        raise UsageError(f"{file} is larger than {MAX_BYTES} bytes", remedy, "file")
    return parse(content, str(file), model)


def parse(content: bytes, name: str, model: type[_Model]) -> _Model:
    """Return what the bytes of a file of this name say; raises as `read` does."""
    try:
        found = tomllib.loads(content.decode())
    except UnicodeDecodeError as error:
        raise UsageError(f"{name} is not UTF-8: byte {error.start}", _MAKE, "file") from None
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UsageError(f"{name} is no TOML: {printable(str(error))}", _MAKE, "file") from None
    try:
        return model.model_validate(found)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "the file"
    what, remedy = _wording(first, found)
    raise UsageError(f"{name}: {printable(where)}: {what}", remedy, "declaration") from None


def _wording(problem: ErrorDetails, found: Mapping[str, object]) -> tuple[str, str]:
    key = str(problem["loc"][-1]) if problem["loc"] else ""
    match problem["type"]:
        case "missing":
            return "the key is missing", f"add {key} = ..."
        case "extra_forbidden":
            known = ", ".join(str(name) for name in found)
            return "there is no such key", f"remove it, or mend its name (the tables here: {known})"
    return problem["msg"].removeprefix("Value error, "), f"mend {key}"
