"""Version rules: majors must match, minors only add."""

import re
from dataclasses import dataclass
from typing import Self

from protocol.errors import Violation, ViolationError, printable

_form = re.compile(r"(0|[1-9][0-9]{0,3})\.(0|[1-9][0-9]{0,3})")


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """A protocol version, `major.minor`."""

    major: int
    minor: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `major.minor`.

        Raises:
            ViolationError: `ECO-VERSION-001` when the text has another form.
        """
        match = _form.fullmatch(text)
        if match is None:
            detail = "a version is two numbers with a dot between, such as 1.0"
            raise ViolationError(Violation("ECO-VERSION-001", "protocol", printable(text), detail))
        return cls(int(match[1]), int(match[2]))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


PROTOCOL = Version(1, 0)
"""The version this package speaks."""


def check_peer(text: str) -> Version:
    """Return the peer's version if this side can talk to it.

    Raises:
        ViolationError: `ECO-VERSION-001` (form) or `ECO-VERSION-002` (another major).
    """
    peer = Version.parse(text)
    if peer.major != PROTOCOL.major:
        detail = f"this side speaks {PROTOCOL}; majors must be equal"
        raise ViolationError(Violation("ECO-VERSION-002", "protocol", text, detail))
    return peer


def may_add_fields(peer: Version) -> bool:
    """Say whether `peer` is newer, so that fields unknown to this side are to be ignored."""
    return peer.minor > PROTOCOL.minor
