"""Who may use the API: opaque tokens, of which only the SHA-256 is kept."""

import asyncio
import secrets
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from typing import Final, Protocol

from hub.clock import Clock
from hub.core.people.access import Principal
from hub.core.people.records import Role
from hub.private_files import write_private
from hub.store import TokenRecord

PREFIX: Final = "eco_"
LOCAL_TOKEN: Final = "local-token"  # noqa: S105 - the name of a file, not a token
LOCAL: Final = "local"
"""Name of the token for the command line of the user who runs the hub."""

TOKEN_LIMIT: Final = 256
FAILURE_BURST: Final = 20
FAILURES_PER_S: Final = 1.0
"""Wrong tokens answered plainly: 20 at once, then one a second; the rest are told to wait."""


class SecurityError(Exception):
    """The hub cannot issue a token."""


@dataclass(frozen=True, slots=True)
class Token:
    """Who asks; `public_id` names the token without giving it away and scopes its commands."""

    public_id: str
    name: str
    role: Role


class TokenStore(Protocol):
    """The part of the store that keeps tokens."""

    async def add_token(self, record: TokenRecord) -> None:
        """Keep a token; durable when it returns."""

    async def drop_token(self, public_id: str) -> None:
        """Forget a token; durable when it returns."""

    async def tokens(self) -> list[TokenRecord]:
        """Return all tokens."""


class Security:
    """Mints, checks and revokes tokens.

    Args:
        folder: The data folder, where the token for the local command line lies.
        burst: Wrong tokens that are answered plainly at once.
    """

    def __init__(
        self, store: TokenStore, folder: Path, clock: Clock, burst: int = FAILURE_BURST
    ) -> None:
        self._store, self._folder, self._clock = store, folder, clock
        self._tokens: dict[str, TokenRecord] = {}
        self._burst = burst
        self._allowance, self._allowed_at_s = float(burst), clock.now_s()

    async def open(self) -> None:
        """Read the tokens, and see to it that the local command line has one.

        Raises:
            PrivateFileError: It has none, and none can be written.
        """
        self._tokens = {record.sha256: record for record in await self._store.tokens()}
        if not await asyncio.to_thread(self._has_local_token):
            for record in [r for r in self._tokens.values() if r.name == LOCAL]:
                await self.revoke(record.public_id)
            plain = await self.mint(LOCAL, Role.OWNER)
            content = f"{plain}\n".encode("ascii")
            await asyncio.to_thread(write_private, self.local_token_path, content)

    @property
    def local_token_path(self) -> Path:
        """Where the token for the command line of this user lies, readable by no one else."""
        return self._folder / LOCAL_TOKEN

    async def mint(self, name: str, role: Role) -> str:
        """Return a new token, which is shown this once and kept as a hash.

        Raises:
            SecurityError: There are too many tokens already.
        """
        if len(self._tokens) >= TOKEN_LIMIT:
            raise SecurityError(f"there are {TOKEN_LIMIT} tokens already: revoke one first")
        plain = PREFIX + secrets.token_urlsafe(32)
        public_id = secrets.token_hex(6)
        record = TokenRecord(public_id, name, role, _digest(plain), self._clock.now_s())
        await self._store.add_token(record)
        self._tokens[record.sha256] = record
        return plain

    async def revoke(self, public_id: str) -> bool:
        """Make a token worthless from now on; False when there is none of that id."""
        found = [r for r in self._tokens.values() if r.public_id == public_id]
        for record in found:
            del self._tokens[record.sha256]
            await self._store.drop_token(public_id)
        return bool(found)

    def check(self, plain: str) -> Token | None:
        """Return whose token this is, or None.

        Takes as long for a near miss as for a wild guess: tokens are looked up by hash. A right
        token is never refused because of somebody else's wrong ones.
        """
        digest = _digest(plain)
        record = self._tokens.get(digest)
        if record is not None and compare_digest(record.sha256, digest):
            return Token(record.public_id, record.name, Role(record.role))
        self._refill()
        self._allowance = max(0.0, self._allowance - 1.0)
        return None

    def is_known(self, public_id: str) -> bool:
        """Say whether a token of that public id is still good."""
        return any(record.public_id == public_id for record in self._tokens.values())

    def principal(self, public_id: str) -> Principal | None:
        """Return whose token has a public id, as commands know them; None if it is not good."""
        for record in self._tokens.values():
            if record.public_id == public_id:
                return Principal(record.public_id, record.name, Role(record.role))
        return None

    @property
    def retry_after_s(self) -> float:
        """How long to make a caller with a wrong token wait; 0 while few were wrong."""
        self._refill()
        return 0.0 if self._allowance >= 1.0 else (1.0 - self._allowance) / FAILURES_PER_S

    def _refill(self) -> None:
        now_s = self._clock.now_s()
        gained = (now_s - self._allowed_at_s) * FAILURES_PER_S
        self._allowance, self._allowed_at_s = min(self._burst, self._allowance + gained), now_s

    def _has_local_token(self) -> bool:
        path = self.local_token_path
        try:
            plain = path.read_text("ascii").strip()
        except (OSError, UnicodeDecodeError):
            return False
        if _digest(plain) not in self._tokens:
            return False
        path.chmod(0o600)
        return True


def _digest(plain: str) -> str:
    return sha256(plain.encode("utf-8", "surrogatepass")).hexdigest()
