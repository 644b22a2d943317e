"""Words to names: what a product spec may call a service, a part or a vendor."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Final

MAX_WORD: Final = 32
"""Longest part of a name, in characters, a vendor's prefix not counted."""

_LOOK_AT: Final = 2_000
"""So many characters of a text are looked at."""

_CAMEL: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_NAME: Final = re.compile(r"[^a-z0-9]+")


def slug(text: str) -> str:
    """Return text as a name, empty where no letter or digit is left; a digit may lead."""
    plain = unicodedata.normalize("NFKD", _CAMEL.sub("_", text[:_LOOK_AT]))
    return _NOT_NAME.sub("_", plain.encode("ascii", "ignore").decode().lower()).strip("_")


def name(text: str, prefix: str, limit: int = MAX_WORD) -> str:
    """Return text as the name of a part, at most `limit` long.

    The prefix goes before a digit, and stands alone where no letter or digit is left.
    """
    word = slug(text)
    if not word or not word[0].isalpha():
        word = f"{prefix}_{word}" if word else prefix
    return word[:limit].rstrip("_")


def distinct(wanted: Sequence[tuple[str, str]]) -> list[str]:
    """Return names that differ from each other; what comes later changes none before it.

    Args:
        wanted: Each name, with a vendor's prefix or without, and the suffix that tells it apart.
    """
    taken, names = set[str](), list[str]()
    for word, suffix in wanted:
        vendor, colon, plain = word.rpartition(":")
        found, turn = word, 1
        while found in taken:
            tail = f"_{suffix}" if turn == 1 else f"_{suffix}_{turn}"
            found = f"{vendor}{colon}{plain[: MAX_WORD - len(tail)].rstrip('_')}{tail}"
            turn += 1
        taken.add(found)
        names.append(found)
    return names
