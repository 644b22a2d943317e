"""Reads what a phone says on the stream."""

from typing import Final

from pydantic import ValidationError

from hub.api import problems
from hub.api.messages import SAID, Said, Set
from protocol.codec import read_object
from protocol.errors import ViolationError
from protocol.messages import MAX_INTEGER

MAX_MESSAGE_BYTES: Final = 65_536


def read_said(data: bytes) -> Said:
    """Return what the text of a message says.

    Raises:
        ProblemError: It is no message that a phone may send.
    """
    if (plain := _plain_set(data)) is not None:
        return plain
    try:
        message = read_object(data, MAX_MESSAGE_BYTES)
    except ViolationError as error:
        raise problems.of_malformed(error) from error
    try:
        return SAID.validate_python(message)
    except ValidationError as error:
        raise problems.of_invalid(error, message, "asyncapi") from error


def _plain_set(data: bytes) -> Set | None:
    """Read a set in one go, as the codec reads states, or return None if it needs careful reading.

    As many colons as keys rule out a key that stands twice; an integer that is too large is read as
    a float.
    """
    if len(data) > MAX_MESSAGE_BYTES:
        return None
    try:
        said: Set = _read_set(data)
    except ValidationError:
        return None
    values = said.properties
    if data.count(b":") != len(said.model_fields_set) + len(values):
        return None
    is_large = any(type(value) is float and abs(value) > MAX_INTEGER for value in values.values())
    return None if is_large else said


_read_set: Final = Set.__pydantic_validator__.validate_json
