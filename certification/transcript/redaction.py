"""Keeps secrets out of what is written down: each byte of one becomes a `*`."""

import base64
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

SHORTEST: Final = 4
"""Shorter secrets are refused: they stand by chance in everything, and hiding them hides all."""


_NEVER: Final = r"(?!)"


class Redactor:
    """Knows the secrets of a run, and overwrites them at the same length."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: set[str] = set()
        self._in_text = re.compile(_NEVER)
        self._in_bytes = re.compile(_NEVER.encode())
        for secret in secrets:
            self.hide(secret)

    def hide(self, secret: str) -> None:
        """Overwrite `secret` from now on.

        Raises:
            ValueError: It is shorter than `SHORTEST`.
        """
        if len(secret) < SHORTEST:
            raise ValueError(f"a secret of fewer than {SHORTEST} characters cannot be hidden")
        self._secrets.add(secret)
        longest_first = sorted(self._secrets, key=lambda secret: (-len(secret), secret))
        self._in_text = re.compile("|".join(map(re.escape, longest_first)))
        raw = (re.escape(secret.encode()) for secret in longest_first)
        self._in_bytes = re.compile(b"|".join(raw))

    def redact(self, value: object) -> tuple[object, bool]:
        """Return a JSON value without secrets, and whether there was one; bytes become base64."""
        match value:
            case None | bool() | int() | float():
                return value, False
            case str():
                text = self._in_text.sub(lambda found: "*" * len(found[0]), value)
                return text, text != value
            case bytes():
                raw = self._in_bytes.sub(lambda found: b"*" * len(found[0]), value)
                return base64.b64encode(raw).decode(), raw != value
            case Mapping():
                names = [self.redact(name) for name in value]
                values = [self.redact(item) for item in value.values()]
                pairs = zip(names, values, strict=True)
                whole = {str(name): item for (name, _), (item, _) in pairs}
                return whole, any(hidden for _, hidden in names + values)
            case Sequence() | set() | frozenset():
                items = [self.redact(item) for item in _ordered(value)]
                return [item for item, _ in items], any(hidden for _, hidden in items)
        raise TypeError(f"{type(value).__name__} is no JSON")


def _ordered(value: Sequence[object] | set[object] | frozenset[object]) -> Sequence[object]:
    return value if isinstance(value, Sequence) else sorted(value, key=str)
