"""Keeps secrets out of what is written down: each byte of one becomes a `*`."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

SHORTEST: Final = 4
"""Shorter secrets are refused: they stand by chance in everything, and hiding them hides all."""


class Redactor:
    """Knows the secrets of a run, and overwrites them at the same length."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets: set[str] = set()
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

    def redact(self, value: object) -> tuple[object, bool]:
        """Return a JSON value without secrets, and whether there was one; bytes become base64."""
        match value:
            case str():
                text = self._text(value)
                return text, text != value
            case bytes():
                raw = self._bytes(value)
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
        return value, False

    def _text(self, text: str) -> str:
        for secret in self._longest_first():
            text = text.replace(secret, "*" * len(secret))
        return text

    def _bytes(self, raw: bytes) -> bytes:
        for secret in self._longest_first():
            raw = raw.replace(secret.encode(), b"*" * len(secret.encode()))
        return raw

    def _longest_first(self) -> list[str]:
        return sorted(self._secrets, key=lambda secret: (-len(secret), secret))


def _ordered(value: Sequence[object] | set[object] | frozenset[object]) -> Sequence[object]:
    return value if isinstance(value, Sequence) else sorted(value, key=str)
