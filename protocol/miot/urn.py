"""The type of a MIoT device, service, property, action or event."""

import re
from dataclasses import dataclass
from typing import Final

STANDARD: Final = "miot-spec-v2"
"""The namespace of what the format itself defines."""

_LONGEST: Final = 512


@dataclass(frozen=True, slots=True)
class Urn:
    """`urn:<namespace>:<kind>:<name>:<value>[:<vendor-product>:<version>[:<template>]]`.

    Attributes:
        name: Type name such as `air-purifier`.
        model: `vendor-product`, empty where the type names none.
        version: 1 where the type names none.
        is_whole: Whether every part had the form above.
    """

    namespace: str
    kind: str
    name: str
    model: str = ""
    version: int = 1
    is_whole: bool = True

    @property
    def is_standard(self) -> bool:
        """Whether the format itself defines the type, not a vendor."""
        return self.namespace == STANDARD


def parse_urn(text: object, kind: str) -> Urn | None:
    """Read a type, forgiving what is not needed to know what it means; None if that is lost.

    Args:
        text: What stood as `type`.
        kind: `device`, `service`, `property`, `action` or `event`.
    """
    if not isinstance(text, str) or not text or len(text) > _LONGEST:
        return None
    parts = text.strip().split(":")
    if parts[0].lower() != "urn":
        return _bare(parts, kind)
    if len(parts) < 4 or parts[2].lower() != kind or not parts[3].strip():
        return None
    model, version = (parts[5] if len(parts) > 5 else ""), _version(parts)
    is_whole = len(parts) in range(5, 9) and _VALUE.fullmatch(parts[4]) is not None
    is_whole = is_whole and (len(parts) < 7 or (parts[6].isascii() and parts[6].isdigit()))
    return Urn(parts[1].strip().lower(), kind, parts[3].strip(), model.strip(), version, is_whole)


def _bare(parts: list[str], kind: str) -> Urn | None:
    """Read a type of which only its name was kept."""
    if len(parts) != 1 or not _WORD.fullmatch(parts[0]):
        return None
    return Urn(STANDARD, kind, parts[0], is_whole=False)


def _version(parts: list[str]) -> int:
    word = parts[6] if len(parts) > 6 else ""
    if not (word.isascii() and word.isdigit()) or len(word) > 6:
        return 1
    return min(max(int(word), 1), 65_535)


_VALUE: Final = re.compile(r"[0-9A-Fa-f]{8}")
_WORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9._-]*")
