"""The tokens of a session, and where they are kept between two runs of a program."""

import asyncio
import json
import os
import secrets
import tempfile
import time
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Protocol, Self

from ecohub_client.shapes import TokensGiven

EARLY_S = 60.0
"""An access token is replaced so long before it ends."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a session holds.

    Attributes:
        refresh: What gets the next tokens; it is good once.
        refresh_id: Sent along with it each time, so that a lost answer is given once more.
        expires_at_s: Unix time until which `access` is good.
    """

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    refresh_id: str = field(repr=False)
    expires_at_s: float

    @classmethod
    def of(cls, given: TokensGiven) -> Self:
        """Return what the hub has given, with an id for the time when it is used up."""
        refresh_id = f"refresh-{secrets.token_hex(12)}"
        return cls(given["access"], given["refresh"], refresh_id, time.time() + given["expires_s"])

    @property
    def is_fresh(self) -> bool:
        """Whether the access token is good for a while yet, by this machine's clock."""
        return time.time() < self.expires_at_s - EARLY_S


class TokenStore(Protocol):
    """Where tokens are kept; one session is used by one program at a time."""

    async def load(self) -> Tokens | None:
        """Return what was saved last; None if there is nothing."""

    async def save(self, tokens: Tokens | None) -> None:
        """Keep tokens, whole or not at all; None forgets them. Durable when it returns."""


class FileStore:
    """Keeps tokens in a file that only its owner can read."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self._path = Path(path).expanduser()

    async def load(self) -> Tokens | None:
        """See `TokenStore`; a file that holds none, or is damaged, counts as nothing."""
        return await asyncio.to_thread(self._read)

    async def save(self, tokens: Tokens | None) -> None:
        """See `TokenStore`."""
        if tokens is None:
            await asyncio.to_thread(self._path.unlink, missing_ok=True)
        else:
            await asyncio.to_thread(self._write, tokens)

    def _read(self) -> Tokens | None:
        try:
            held = json.loads(self._path.read_text("utf-8"))
            return Tokens(
                str(held["access"]),
                str(held["refresh"]),
                str(held["refresh_id"]),
                float(held["expires_at_s"]),
            )
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def _write(self, tokens: Tokens) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        # mkstemp makes it 0600 from the first moment.
        handle, name = tempfile.mkstemp(prefix=f".{self._path.name}.", dir=self._path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                json.dump(asdict(tokens), file)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(self._path)
        except BaseException:
            with suppress(FileNotFoundError):
                Path(name).unlink()
            raise
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
